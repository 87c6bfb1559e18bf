"""What is written down is true: OpenAPI, settings, languages, refusals."""

import re
from pathlib import Path
from string import Formatter

import pytest

import portico.__main__  # noqa: F401 - declares every refusal
from portico.app import api
from portico.platform import i18n
from portico.platform.refusals import Refused
from portico.platform.settings import Settings

ROOT = Path(__file__).parents[1]
FORMS = {
    "en": {"one", "other"},
    "es": {"one", "many", "other"},
    "it": {"one", "many", "other"},
    "ru": {"one", "few", "many", "other"},
}


def test_the_openapi_document_has_not_drifted() -> None:
    written = (ROOT / "docs" / "openapi.json").read_text()
    assert api.document().strip() == written.strip(), "the API has changed: `make openapi`"


def test_every_setting_is_documented_and_nothing_else_is() -> None:
    documented = set(re.findall(r"^\| `PORTICO_([A-Z_]+)`", (ROOT / "docs" / "settings.md").read_text(), re.MULTILINE))
    assert documented == {name.upper() for name in Settings.model_fields}


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_every_language_says_everything(language: str) -> None:
    english, other = i18n.catalog("en"), i18n.catalog(language)
    assert other.keys() == english.keys()
    for key, message in other.items():
        if isinstance(english[key], dict):
            assert isinstance(message, dict) and FORMS[language] <= message.keys(), key
        texts = message.values() if isinstance(message, dict) else [message]
        allowed = places(english[key])
        for text in texts:
            assert text.strip(), key
            assert places(text) <= allowed, key


def places(message: i18n.Message) -> set[str]:
    texts = message.values() if isinstance(message, dict) else [message]
    return {name for text in texts for _, name, _, _ in Formatter().parse(text) if name}


def test_every_refusal_has_its_sentence() -> None:
    catalog = i18n.catalog("en")
    codes = {one.code for one in Refused.every if one.__module__.startswith("portico.")}
    assert len(codes) > 40
    assert {
        code for code in codes if f"problem.{code}" not in catalog or f"problem.{code}.title" not in catalog
    } == set()


def test_every_refusal_has_a_code_of_its_own() -> None:
    codes = [one.code for one in Refused.every if one.__module__.startswith("portico.") and "code" in vars(one)]
    assert sorted(set(codes)) == sorted(codes)


def test_russian_counts_right() -> None:
    assert [i18n.plural_form("ru", count) for count in (1, 2, 5, 11, 21, 22, 25, 111)] == [
        "one", "few", "many", "many", "one", "few", "many", "many",
    ]  # fmt: skip
    assert i18n.text("ru", "problem.inventory.out_of_stock", count=3).startswith("3 товаров")


def test_languages_are_negotiated() -> None:
    assert i18n.negotiate("de, ru;q=0.8, en;q=0.5") == "ru"
    assert i18n.negotiate("es-MX") == "es"
    assert i18n.negotiate("it;q=0, fr") == "en"
    assert i18n.negotiate(";;q=x,,") == "en"


def test_amounts_are_written_as_the_language_does() -> None:
    assert i18n.currency("en", 129900, "GBP") == "£1,299.00"
    assert i18n.currency("ru", 129900, "RUB").replace("\xa0", " ") == "1 299,00 ₽"
    assert i18n.currency("es", 500, "JPY").replace("\xa0", " ") in ("500 JPY", "500 ¥")
