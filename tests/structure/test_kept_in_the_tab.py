"""What scripts keep in a tab is kept for one person: somebody else may sign in there next."""

from pathlib import Path

import leleka

SCRIPTS = Path(leleka.__file__).parent / "web" / "static" / "web"


def test_scripts_that_keep_something_in_the_tab_keep_it_by_person() -> None:
    keeping = {one.name: one.read_text("utf-8") for one in SCRIPTS.glob("*.js")}
    keeping = {name: text for name, text in keeping.items() if "sessionStorage" in text}
    assert keeping
    assert [name for name, text in keeping.items() if "document.body.dataset.person" not in text] == []
