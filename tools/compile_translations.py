"""Compile every catalogue whose compiled form says something else: `make translations`, and at set-up.

The compiled catalogues are kept with the sources, so on a fresh clone this finds nothing to do.
"""

from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

CATALOGUES = Path(__file__).resolve().parent.parent / "fikoadmin" / "translations"


def sources() -> list[Path]:
    """Every catalogue as translators write it."""
    return sorted(CATALOGUES.glob("*/LC_MESSAGES/*.po"))


def compiled(source: Path) -> bytes:
    """What the .mo beside a .po has to contain."""
    with source.open("rb") as text:
        catalogue = read_po(text, locale=source.parent.parent.name)
    target = BytesIO()
    write_mo(target, catalogue)
    return target.getvalue()


def is_stale(source: Path) -> bool:
    target = source.with_suffix(".mo")
    return not target.exists() or target.read_bytes() != compiled(source)


def main() -> None:
    for source in filter(is_stale, sources()):
        source.with_suffix(".mo").write_bytes(compiled(source))
        print(f"compiled {source.relative_to(CATALOGUES)}")


if __name__ == "__main__":
    main()
