"""Makes the files of the demo workspace again: `python -m tests.make_demo`."""

# ruff: noqa: ISC004 - each text is one string, over several lines

from pathlib import Path

from docx import Document
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.lib.units import cm
from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

FOLDER = Path(__file__).parent.parent / "src" / "demo" / "files"

FLOOD = [
    ("h", "Spring flood 2026 on the River Elwin"),
    (
        "p",
        "Ada Brook, Riverside field station. This report says when the river left its bed this spring, how "
        "high it rose, and what we would do differently next year.",
    ),
    ("h", "When it flooded"),
    (
        "p",
        "The Elwin floods when snow melts in the upper valley and rain falls on frozen ground at the same "
        "time. In 2026 this happened twice: on 14 March, when the gauge at Mill Bridge passed 3.1 metres "
        "within nine hours, and again on 2 April, at 2.7 metres. Between the two the river fell below its "
        "banks for eleven days.",
    ),
    (
        "p",
        "The first flood came without warning. The forecast had seen the rain but not the frozen soil, which "
        "let none of it in. Four hours before the water reached the lower meadows, the only sign was the "
        "turbidity sensor at Old Weir, which rose to six times its usual value.",
    ),
    (
        "t",
        [
            ["Date", "Gauge at Mill Bridge", "Flow", "Turbidity"],
            ["14 March", "3.12 m", "148 m3/s", "412 NTU"],
            ["21 March", "1.40 m", "37 m3/s", "60 NTU"],
            ["2 April", "2.71 m", "109 m3/s", "298 NTU"],
        ],
    ),
    ("b", ""),
    ("h", "What was lost, and what was not"),
    (
        "p",
        "Two of seven sensors were torn from their posts and have not been found. The otter holt below Old "
        "Weir stood under water for two days; three weeks later the camera showed the female with two cubs, "
        "alive. No building was damaged, because the lower meadows took the water, as they were meant to.",
    ),
    ("h", "What we propose"),
    (
        "p",
        "Treat turbidity at Old Weir as an early warning: when it triples within an hour, call the valley. "
        "Measure soil temperature at four places, so that the next forecast knows whether the ground can "
        "drink. Fasten sensors with steel bands instead of straps; bands cost nine euros each.",
    ),
]

PROTOCOL = [
    (1, "Sampling protocol"),
    (
        0,
        "Every sample is taken by two people. One wades, one writes. Nobody wades when the gauge at Mill "
        "Bridge shows more than 1.8 metres.",
    ),
    (2, "Before leaving"),
    (
        0,
        "Calibrate the oxygen probe in saturated air and write down the temperature. Pack twelve clean "
        "bottles, of which two stay closed all day as blanks.",
    ),
    (2, "At the river"),
    (
        0,
        "Rinse each bottle three times with river water, downstream of where you stand. Fill it below the "
        "surface, against the current, and leave no air under the cap.",
    ),
    (2, "In the lab"),
    (
        0,
        "Nitrate is measured within six hours, phosphate within twenty-four. Samples wait in the dark at "
        "four degrees. Ben Ford signs for every box that arrives.",
    ),
]


def pdf() -> None:
    styles = getSampleStyleSheet()
    story = []
    for kind, said in FLOOD:
        if kind == "h":
            story += [Spacer(1, 0.4 * cm), Paragraph(str(said), styles["Heading2"])]
        elif kind == "p":
            story.append(Paragraph(str(said), styles["BodyText"]))
        elif kind == "t":
            grid = TableStyle([("GRID", (0, 0), (-1, -1), 0.5, "#888888"), ("FONTSIZE", (0, 0), (-1, -1), 9)])
            story += [Spacer(1, 0.4 * cm), Table(said, style=grid)]
        else:
            story.append(PageBreak())
    path = FOLDER / "Spring flood 2026.pdf"
    SimpleDocTemplate(
        str(path), pagesize=A4, title="Spring flood 2026", author="Ada Brook", invariant=True
    ).build(story)


def docx() -> None:
    document = Document()
    document.core_properties.author = "Ben Ford"
    document.core_properties.title = "Sampling protocol"
    for level, said in PROTOCOL:
        if level:
            document.add_heading(said, level)
        else:
            document.add_paragraph(said)
    table = document.add_table(rows=1, cols=3)
    for cell, text in zip(table.rows[0].cells, ("What", "Where", "How often"), strict=True):
        cell.text = text
    for row in (
        ("Oxygen", "Old Weir", "daily"),
        ("Nitrate", "Mill Bridge", "weekly"),
        ("Otters", "everywhere", "when seen"),
    ):
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    document.save(str(FOLDER / "Sampling protocol.docx"))


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    pdf()
    docx()
