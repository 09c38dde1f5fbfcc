"""Words of the ICEMAN items, and the notes of the further estimators, in Swedish and English."""

from __future__ import annotations

__all__ = ["CREDIBILITY"]

#: key: (Swedish, English).
CREDIBILITY: dict[str, tuple[str, str]] = {
    "credibility_table": (
        "Hur trovärdig är en skillnad i effekt? ({group})",
        "How credible is a difference in effect? ({group})",
    ),
    "item": ("Fråga", "Item"),
    "item_direction": (
        "Var riktningen angiven i förväg, och är det den som syns?",
        "Was the direction stated beforehand, and is it the one found?",
    ),
    "item_prior_evidence": ("Stöds skillnaden av tidigare studier?", "Is it supported by prior evidence?"),
    "item_chance": ("Är slumpen en osannolik förklaring?", "Is chance an unlikely explanation?"),
    "item_number": (
        "Prövades få undergrupper, eller justerades för antalet?",
        "Were few subgroups tested, or was their number corrected for?",
    ),
    "item_cut_points": (
        "Undveks godtyckliga gränser för en kontinuerlig egenskap?",
        "Were arbitrary cut points of a continuous characteristic avoided?",
    ),
    "item_overall": ("Sammantagen trovärdighet", "Overall credibility"),
    "answer_definitely_reduced": ("talar klart emot", "clearly speaks against"),
    "answer_probably_reduced": ("talar sannolikt emot", "probably speaks against"),
    "answer_probably_increased": ("talar sannolikt för", "probably speaks for"),
    "answer_definitely_increased": ("talar klart för", "clearly speaks for"),
    "answer_unclear": ("oklart", "unclear"),
    "answer_not_applicable": ("gäller inte", "does not apply"),
    "answer_very_low": ("mycket låg", "very low"),
    "answer_low": ("högst låg", "at most low"),
    "answer_moderate": ("högst måttlig", "at most moderate"),
    "answer_high": ("upp till hög", "at most high"),
    "evidence_not_stated": ("inget angivet", "none stated"),
    "evidence_stated": ("angivet i studiefilen", "stated in the study file"),
    "evidence_other_contrast": ("angavs mot jämförelsegruppen", "was stated against the comparison arm"),
    "evidence_no_difference": ("ingen riktning", "no direction"),
    "evidence_as_stated": ("som angivet", "as stated"),
    "evidence_against_stated": ("tvärtemot det angivna", "against what was stated"),
    "evidence_no_test": ("inget test", "no test"),
    "evidence_p_at_most_0.005": ("p högst 0,005", "p at most 0.005"),
    "evidence_p_0.005_to_0.01": ("p över 0,005, högst 0,01", "p above 0.005, at most 0.01"),
    "evidence_p_0.01_to_0.05": ("p över 0,01, högst 0,05", "p above 0.01, at most 0.05"),
    "evidence_p_above_0.05": ("p över 0,05", "p above 0.05"),
    "evidence_corrected": ("justerat för antalet", "corrected for their number"),
    "evidence_at_most_3": ("högst tre", "at most three"),
    "evidence_4_to_10": ("fyra till tio, ojusterat", "four to ten, uncorrected"),
    "evidence_more_than_10": ("fler än tio, ojusterat", "more than ten, uncorrected"),
    "evidence_categories": ("egenskapen har kategorier", "it has categories by nature"),
    "evidence_cut_points_stated": ("gränserna angavs i förväg", "cut points stated beforehand"),
    "evidence_cut_points_unknown": ("gränsernas ursprung är okänt", "cut points of unknown origin"),
    "evidence_cut_points_exploratory": ("gränserna söktes i data", "cut points found in the data"),
    "evidence_no_apparent_modification": ("ingen antydan om skillnad, p över 0,1", "no apparent difference, p above 0.1"),
    "evidence_all_reduced": ("alla svar talar emot", "all answers speak against"),
    "evidence_two_definitely_reduced": ("två svar talar klart emot", "two answers clearly speak against"),
    "evidence_one_definitely_reduced": ("ett svar talar klart emot", "one answer clearly speaks against"),
    "evidence_two_probably_reduced": ("två svar talar sannolikt emot", "two answers probably speak against"),
    "evidence_one_probably_reduced": ("ett svar talar sannolikt emot", "one answer probably speaks against"),
    "evidence_none_reduced": ("inget svar talar emot", "no answer speaks against"),
    "note_credibility": (
        "Frågorna är de i ICEMAN för randomiserade försök (Schandelmaier m.fl. 2020). De bedömer om effekten skiljer sig mellan "
        "nivåerna, inte om den finns. Sammantaget anges det högsta som vägledningen lämnar rum för; en läsare kan stanna lägre.",
        "The items are those of ICEMAN for randomised trials (Schandelmaier et al. 2020). They judge whether the effect differs "
        "between the levels, not whether there is one. The overall rating is the highest that the guidance leaves room for; a "
        "reader may go lower.",
    ),
    "note_locked": (
        "Undergrupperna stod i den analysplan som låstes, vilket gör svaren på första och fjärde frågan starkare. När planen "
        "låstes framgår inte av låset självt.",
        "The subgroups stood in the analysis plan that was locked, which makes the answers to the first and fourth items "
        "stronger. The lock itself does not say when that was.",
    ),
    "family_exploratory_interactions_holm": (
        "Justerade p-värden: de utforskande skillnaderna i effekt (andra undergrupper och andra jämförelser) är en egen familj, "
        "justerad tillsammans (Holm).",
        "Adjusted p-values: the exploratory differences in effect (other subgroups and other contrasts) are a family of their "
        "own, adjusted together (Holm).",
    ),
    # ----------------------------------------------------------------------------------------- notes of the estimators
    "told_crossing": (
        "hur många som fick insatsen i {programme} skiljer sig mellan {arm} och {control} med mer än de angivna {share}, så att "
        "lottningen verkar även genom den insatsen",
        "receipt of the programme of {programme} differs between {arm} and {control} by more than the declared {share}, so that "
        "the assignment acts through that programme too",
    ),
    "told_no_first_stage": ("lottningen påverkar inte vem som får insatsen", "the assignment does not move receipt"),
    "told_exact_receipt": ("alla fick precis den insats de lottades till", "receipt follows the assignment exactly"),
    "told_ar_open": (
        "lottningen påverkar för få: Anderson–Rubins mängd är inget intervall",
        "the assignment moves too few: Anderson and Rubin’s set is no interval",
    ),
    "told_weak": (
        "lottningen påverkar få (F under 10): läs Anderson–Rubins mängd, inte intervallet",
        "the assignment moves few (F below 10): read Anderson and Rubin’s set, not the interval",
    ),
    "told_already": (
        "{persons} i arbete dag 0 ingår inte",
        "{persons} in work on day 0 left out",
    ),
    "told_competing": (
        "död och utvandring avslutar tiden under risk",
        "death and emigration end the time at risk",
    ),
    "told_unserved": (
        "fler i {arm} än i {control} fick ingendera insatsen: skattningen förutsätter att de inte förlorade på det",
        "more in {arm} than in {control} received neither programme: the estimate takes it that they lost nothing by that",
    ),
    "told_few_events": (
        "någon grupp har färre än tio händelser: intervallen kring kurvorna täcker mer sällan än de säger, och log-rank-testet "
        "kan förkasta oftare än sin nivå",
        "an arm has fewer than ten events: intervals around the curves cover less often than they say, and the log-rank test may "
        "reject more often than its level",
    ),
    "told_short": (
        "uppföljningen i en grupp slutar före horisonten",
        "follow-up in an arm ends before the horizon",
    ),
    "told_no_tightening": (
        "Lees gränser är inte skärpta med egenskaper: svarsandelarna skiljer sig inte åt samma håll överallt",
        "Lee’s bounds are not tightened by characteristics: response does not differ in one direction everywhere",
    ),
    "told_responded": ("{arm}: {persons} svarade", "{arm}: {persons} responded"),
    "told_worth": (
        "{arm}: {persons} svarade, efter vägning värda {worth}",
        "{arm}: {persons} responded, worth {worth} after weighting",
    ),
    "told_by_cell": (
        "personer är i stället vägda per cell, så att båda grupperna har allas celler",
        "persons are weighted by cell instead, so that both arms have the cells of everyone",
    ),
    "told_no_arm": (
        "{arm}: {strata} utan någon i gruppen; kurvan gäller de övriga",
        "{arm}: {strata} without anyone in the arm; its curve is of the others",
    ),
    "told_ends_apart": (
        "uppföljningen slutar vid olika tid i olika strata: kurvornas senare del vilar på de strata som följs längre",
        "follow-up ends at different times by stratum: later parts of the curves rest on the strata followed for longer",
    ),
    "told_no_event": (
        "ingen har händelsen; en konkurrerande händelse avslutar tiden",
        "no one has the event; a competing one ends the time",
    ),
    "told_no_censored": ("ingens uppföljning slutar utan händelse", "no one’s follow-up ends without the event"),
    "told_all_end": (
        "ingens uppföljning slutar utan händelse: {persons} har den, och för {remain} avslutar en konkurrerande tiden",
        "no one’s follow-up ends without an event: {persons} have it, and for {remain} a competing one ends the time",
    ),
    "told_thin": (
        "{arm}: några som svarade står för mer än {n} personer var",
        "{arm}: some respondents stand for more than {n} persons each",
    ),
    "told_lost_bare": (
        "{strata} utan båda grupperna ingår inte ({persons})",
        "{strata} without both arms left out ({persons})",
    ),
    "told_lost_every": (
        "{strata} utan alla grupper ingår inte ({persons})",
        "{strata} without every arm left out ({persons})",
    ),
    "told_filled": (
        "{group}: {persons} utan uppgift får medelvärdet för alla grupper, med en kolumn som säger att uppgiften saknas",
        "{group}: {persons} with no value take the mean of all arms, with a column that says that it is missing",
    ),
    "told_clusters": ("kluster: {n} i {arm} och {more} i {control}", "clusters: {n} in {arm} and {more} in {control}"),
    "told_no_cluster": ("personer utan kluster står var för sig", "persons without a cluster stand alone"),
    "told_flat": (
        "{strata} där ingen eller alla har utfallet ({persons}) bidrar med 0 till effekten",
        "{strata} where no one or everyone has the outcome ({persons}) contribute 0 to the effect",
    ),
    "told_flat_many": (
        "Strata där ingen eller alla har utfallet bidrar med 0 till effekten i den logistiska regressionen.",
        "Strata where no one or everyone has the outcome contribute 0 to the effect in the logistic regression.",
    ),
    "told_clusters_many": (
        "Klustrad varians: de som delar behandlare hör ihop; antalet kluster står rad för rad i tabellfilen.",
        "Clustered variance: those who share a provider belong together; the numbers of clusters stand row by row in the table "
        "file.",
    ),
    "told_respondents": (
        "de som svarade jämförs som de är: vilka som svarar kan skilja sig mellan grupperna",
        "respondents are compared as they are: who answers may differ between the arms",
    ),
    "told_no_events": (
        "dödsfall och flyttningar är inte kända: studien har inget register över dem",
        "deaths and moves are not known: the study has no register of them",
    ),
    "told_thinned": (
        "tidpunkterna är utglesade så att inget steg räknar några få; kurvor, antal under risk och medianer är räknade på de "
        "antal som visas, jämnt spridda över stegen",
        "times are thinned so that no step counts a few; curves, numbers at risk and medians are computed from the counts "
        "shown, spread evenly over the steps",
    ),
    "told_coarse": (
        "medeltiderna är datas egna, avrundade till {step} så att dolda månader förblir okända, och medelfelen till {half}; "
        "intervall och p är räknade på de avrundade talen",
        "mean times are those of the data, rounded to {step} so that hidden months stay open, and standard errors to {half}; "
        "intervals and p are worked out from these",
    ),
    "told_apart_curves": (
        "kurvor och antal under risk gäller grupperna som de är; medeltider och test är gjorda inom strata",
        "curves and numbers at risk are of each arm as it is; mean times and tests are within strata",
    ),
    "told_lost_times": (
        "strata utan båda grupperna ingår inte i medeltiderna", "strata without both arms are left out of mean times",
    ),
    "told_at_risk": (
        "antalet under risk är räknat på de antal som visas och avrundat till närmaste {n}-tal",
        "numbers at risk are worked out from the counts shown and rounded to the nearest {n}",
    ),
    "told_started": (
        "för att skydda de få som var i arbete dag 0 räknas de bland dem under risk i kurvorna; medeltider och test är utan dem, "
        "och antalet personer bakom dessa visas inte",
        "to protect the few who were in work on day 0, they are counted among those at risk in the curves; mean times and tests "
        "are without them, and the number of persons behind these is not shown",
    ),
}  # fmt: skip
