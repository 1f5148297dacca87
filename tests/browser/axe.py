"""What axe says of a page."""

from pathlib import Path

from playwright.sync_api import Page

AXE = (Path(__file__).parent.parent / "vendor" / "axe-core@4.14.1" / "axe.min.js").read_text()
CHECK = """async (rules) => {
    const changing = document.getAnimations().filter((one) => one instanceof CSSTransition);
    await Promise.allSettled(changing.map((one) => one.finished));
    // What passes is not told of, and no style sheet is fetched once more: half of the time.
    const wanted = { resultTypes: ["violations"], preload: false };
    const { violations } = await axe.run(rules ? { ...wanted, runOnly: rules } : wanted);
    return violations.map((found) => `${found.id}: ${found.nodes.map((node) => node.target.join(" ")).join(", ")}`);
}"""


def findings(page: Page, rules: list[str] | None = None) -> list[str]:
    """What axe finds on the page as it stands, by these rules or by all."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    return list(page.evaluate(CHECK, rules))
