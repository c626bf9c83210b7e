"""What is measured in a wall: shares, remote myocardium and noise, intensity rules, numbers per segment."""
