"""Late enhancement that no coronary artery explains, as mask priors for ``claim_aug``."""

from claim_aug import hookimpl

#: Name of each prior, its class, and what it is.
PRIORS = {
    "dcm": ("DilatedPrior", "mid-wall stripe in the septum (dilated cardiomyopathy)"),
    "hcm-insertion": ("InsertionPrior", "at the RV insertions (hypertrophic cardiomyopathy)"),
    "hcm-patchy": ("PatchyPrior", "patches where the wall is thickest (hypertrophic cardiomyopathy)"),
    "myocarditis": ("MyocarditisPrior", "sub-epicardial foci in the lateral wall"),
    "sarcoid": ("SarcoidPrior", "patches at any depth of the basal and mid septum"),
    "fabry": ("FabryPrior", "mid-wall in the basal inferolateral wall"),
    "amyloid": ("AmyloidPrior", "sub-endocardial all round"),
}


@hookimpl
def register_priors(register):
    """Tell claim_aug about the priors; their module is imported when the first of them is used."""
    for name, (cls, summary) in PRIORS.items():
        register(name, f"claim_aug_nonischemic.priors:{cls}", summary=summary)
