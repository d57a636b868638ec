from leleka.services.installation.configuration import configuration
from leleka.state.key_file import load_master_keys
from leleka.state.models import SourceSecret, StoredSecret
from leleka.state.secrets import MasterKeys


def master_keys() -> MasterKeys:
    """Read the master keys; a first start makes one, but never while something is sealed with another (S-2)."""
    sealed = StoredSecret.objects.exists() or SourceSecret.objects.exists()
    return load_master_keys(configuration().master_key_file, create=not sealed)
