"""What a person says of a run: a name, tags and a note, kept in the run's folder and taken along with it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from deepclust.disk import read_json, write_json
from deepclust.records import from_record
from deepclust.runs.edit_kinds import cleaned
from deepclust.runs.run import Run

MOST_TAGS = 20
LONGEST_NOTE = 2_000  # characters

_FILE = "remarks.json"


@dataclass(frozen=True)
class Remarks:
    """The name that a run is called by instead of its method, tags that it can be found by, and a note."""

    name: str = ""
    tags: tuple[str, ...] = ()
    note: str = ""


def remarks_of(run: Run) -> Remarks:
    """What was said of a run; nothing where the file is missing or damaged."""
    try:
        remarks = from_record(Remarks, read_json(run.folder / _FILE))
        return Remarks(cleaned(remarks.name), cleaned_tags(remarks.tags), _cleaned_note(remarks.note))
    except (OSError, ValueError):
        return Remarks()


def say_of(run: Run, remarks: Remarks) -> Remarks:
    """Keep what is said of a run, in place of what was said before; returns it as it is kept.

    ValueError for a name, a tag or a note that is too long, and for too many tags. DiskError where it cannot be written.
    """
    kept = Remarks(cleaned(remarks.name), cleaned_tags(remarks.tags), _cleaned_note(remarks.note))
    write_json(run.folder / _FILE, asdict(kept))
    return kept


def cleaned_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """Tags without what cannot be seen, each once, sorted. ValueError for more than there may be, or one too long."""
    kept = tuple(sorted({cleaned(tag) for tag in tags} - {""}, key=str.casefold))
    if len(kept) > MOST_TAGS:
        raise ValueError(f"{len(kept)} tags are too many: a run has at most {MOST_TAGS}. Leave some out.")
    return kept


def _cleaned_note(note: str) -> str:
    if len(note) > LONGEST_NOTE:
        raise ValueError(f"A note has at most {LONGEST_NOTE:,} characters, and this one has {len(note):,}. Shorten it.")
    return "\n".join(cleaned(line, LONGEST_NOTE) for line in note.splitlines()).strip()
