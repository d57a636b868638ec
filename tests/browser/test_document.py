"""The pages have the labels that the how-to page names."""

import pytest

from tests.browser.document import Step, chapters
from tests.browser.visiting import Visitor

_TEXT = """\
# A page

## Before you start

- Have a **key**.

## Send

1. Go to **Data** >
   **Exports**.
2. Select **Save**. That is **all**.
"""


def test_only_numbered_steps_are_walked() -> None:
    (send,) = chapters(_TEXT)
    assert [step.labels for step in send.steps] == [("Data", "Exports"), ("Save", "all")]


@pytest.mark.parametrize(
    ("drawn", "is_there"),
    [
        ("<button>Save</button>", True),
        ("<button><svg></svg> Save </button>", True),
        ("<button aria-label=Save>x</button>", True),
        ("<label>Save<input></label>", True),
        ("<select><option>Save</option></select>", True),
        ("<button>Save all</button>", False),
        ("<button hidden>Save</button>", False),
        ("<select hidden><option>Save</option></select>", False),
        ("<button>Store</button>", False),
    ],
)
def test_a_label_that_is_not_on_the_page_fails_the_step(visitor: Visitor, drawn: str, is_there: bool) -> None:
    page = visitor.anonymous()
    page.set_content(drawn)
    step = Step(("Save",))
    if is_there:
        step.is_seen_on(page)
    else:
        with pytest.raises(AssertionError, match="the page shows “Save”"):
            step.is_seen_on(page, patience=1)
