"""Tables in Markdown, and the page whose generated sections they replace."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Bar:
    """What was asked for, and what was measured."""

    what: str
    measured: float
    most: float | None = None
    least: float | None = None
    unit: str = ""

    @property
    def met(self) -> bool:
        return (self.most is None or self.measured <= self.most) and (self.least is None or self.measured >= self.least)

    def row(self) -> list[str]:
        asked = f"at most {self.most:.4g}" if self.most is not None else f"at least {self.least:.4g}"
        verdict = "met" if self.met else "**not met**"
        return [self.what, f"**{self.measured:.4g}**{self.unit}", f"{asked}{self.unit}", verdict]


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def bars(all_of_them: list[Bar]) -> str:
    return table(["", "measured", "bar", ""], [bar.row() for bar in all_of_them])


def replace(page: Path, section: str, content: str) -> None:
    """Puts content between a section's markers."""
    begin, end = f"<!-- bench:{section} -->\n", f"<!-- end:{section} -->\n"
    before, rest = page.read_text().split(begin)
    after = rest.split(end)[1]
    page.write_text(f"{before}{begin}\n{content.strip()}\n\n{end}{after}")
