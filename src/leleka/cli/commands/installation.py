"""init."""

from leleka.cli.output import JsonOption, out, print_json


def init(json: JsonOption = False) -> None:
    """Make an empty installation in the data directory, or bring the one there to this version."""
    from leleka.services.installation import configuration as installation_configuration
    from leleka.services.installation import preparation

    folder = installation_configuration.configuration().data_dir
    made = not preparation.exists()
    preparation.prepare()
    if json:
        print_json({"folder": str(folder), "made": made})
        return
    told = "An empty installation is in" if made else "There already was an installation in"
    out.print(f"{told} {folder}.", soft_wrap=True, markup=False)
