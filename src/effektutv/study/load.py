"""Read a study file into a checked study."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import ValidationError

from effektutv.errors import StudyError

from .cross_references import check_references
from .model import StudyModel
from .parse import explain, read_study_file

__all__ = ["Study"]


class Study(StudyModel):
    """A study: arms, design, data, covariates, outcomes and subgroups, read from a study file.

    Read one with :meth:`from_toml`; a mistake in the file is a :class:`~effektutv.errors.StudyError` that names the
    line and what is allowed.
    """

    @classmethod
    def from_toml(cls, path: str | Path) -> Self:
        """Read a study file.

        Parameters
        ----------
        path : str or Path
            The study file; paths in it are relative to its folder.

        Raises
        ------
        StudyError
            If the file is missing, is not TOML, or has a wrong key or value: the message names the line and what is
            allowed.
        """
        file = read_study_file(Path(path))
        problem = ""
        try:
            study = cls.model_validate(file.values)
        except ValidationError as error:
            problem = explain(error, file, cls)
        if problem:
            raise StudyError(problem)
        study._folder, study._file = file.folder, file.name
        study._lines, study._sha256 = file.lines, file.sha256
        check_references(study)
        return study
