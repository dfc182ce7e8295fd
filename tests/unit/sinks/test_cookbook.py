"""Every query of docs/cookbook.md gives the result that stands there."""

import pytest

from tests.clickhouse_fixtures import DemoClickHouse
from tests.cookbook import DOCS, Recipe, page, recipes

RECIPES = recipes()
WRITTEN = (DOCS / "cookbook.md").read_text(encoding="utf-8")


def written(recipe: Recipe) -> list[str]:
    """Section of the page as it stands."""
    number = int(recipe.name.partition("_")[0])
    found = WRITTEN.partition(f"\n## {number}. ")[2].partition("\n## ")[0]
    return f"## {number}. {found}".strip().splitlines()


@pytest.mark.parametrize("recipe", RECIPES, ids=[recipe.name for recipe in RECIPES])
def test_a_question_of_the_cookbook_has_the_answer_that_stands_there(
    recipe: Recipe, demo_clickhouse: DemoClickHouse
) -> None:
    assert recipe.section(demo_clickhouse.client).strip().splitlines() == written(recipe), "run `make generate`"


def test_the_cookbook_has_these_questions_and_no_others() -> None:
    assert [int(recipe.name.partition("_")[0]) for recipe in RECIPES] == list(range(1, len(RECIPES) + 1))
    headings = [line for line in WRITTEN.splitlines() if line.startswith("## ")]
    assert headings == [f"## {number}. {recipe.question}" for number, recipe in enumerate(RECIPES, 1)]
    assert WRITTEN.startswith(page([]).strip())


def test_the_cookbook_asks_views_only() -> None:
    for recipe in RECIPES:
        assert "FROM v_" in recipe.sql, recipe.name
        assert "FINAL" not in recipe.sql, recipe.name
