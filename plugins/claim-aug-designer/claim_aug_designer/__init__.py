"""A scar designer in the browser, as the command ``claim-aug design``."""

from claim_aug import hookimpl


@hookimpl
def register_commands(app):
    """Add ``claim-aug design``; what it needs is imported when it runs, so that ``--help`` stays quick."""
    from claim_aug.cli import with_groups
    from claim_aug_designer.command import design

    app.command()(with_groups(design))
