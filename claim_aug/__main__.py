"""``python -m claim_aug``, and what ``accelerate launch -m claim_aug train`` starts in every process."""

from claim_aug.cli import main

if __name__ == "__main__":
    main()
