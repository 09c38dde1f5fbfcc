"""The words of the section on limits, in Swedish and English."""

from __future__ import annotations

__all__ = ["LIMITS"]

#: key: (Swedish, English).
LIMITS: dict[str, tuple[str, str]] = {
    "limits": ("Begränsningar", "Limits"),
    "limits_opening": (
        "Vad resultaten inte säger, eller säger med förbehåll.",
        "What the results do not say, or say with reservations.",
    ),
    "term_contrast": ("Vad effekten är en effekt av", "What the effect is an effect of"),
    "limit_contrast": (
        "Effekten gäller skillnaden mellan grupperna som insatserna gavs, där och då, med den tid och de personer som fanns. "
        "Den säger inte vilken del av en insats som verkade.",
        "The effect is that of the difference between the arms as the interventions were given, there and then, with the time "
        "and the people that there were. It does not say which part of an intervention worked.",
    ),
    "term_providers": ("Gemensamma behandlare", "Shared providers"),
    "term_providers_officers": ("Gemensamma handläggare", "Shared case officers"),
    "provider": ("behandlare", "provider"),
    "provider_officer": ("handläggare eller annan behandlare", "case officer or other provider"),
    "limit_providers": (
        "Deltagare med samma {provider} liknar varandra, och skickligheten hos några få kan inte skiljas från insatsen. "
        "Standardfelen räknar personerna som oberoende.",
        "Participants with the same {provider} tend to be alike, and the skill of a few cannot be told from the intervention. "
        "Standard errors count persons as independent.",
    ),
    "limit_providers_clustered": (
        "Deltagare med samma {provider} liknar varandra, och skickligheten hos några få kan inte skiljas från insatsen. Räknas "
        "de som delar behandlare som en grupp är standardfelet {clustered}, mot {plain} när alla räknas var för sig "
        "({contrast}).",
        "Participants with the same {provider} tend to be alike, and the skill of a few cannot be told from the intervention. "
        "Where those who share a provider count as a group the standard error is {clustered}, against {plain} where each person "
        "counts alone ({contrast}).",
    ),
    "limit_officers_unknown": (
        "Handläggare som arbetade med flera grupper är inte kända.",
        "Case officers who worked with several arms are not known.",
    ),
    "term_capacity": ("Platser och kapacitet", "Capacity"),
    "limit_capacity": (
        "Antalet SIUS-konsulter var begränsat. Hur insatsen skulle verka om alla fick den, med fler och mindre erfarna "
        "konsulter, kan försöket inte säga.",
        "The number of SIUS consultants was limited. How the intervention would work if everyone had it, with more and less "
        "experienced consultants, the trial cannot say.",
    ),
    "term_displacement": ("Undanträngning", "Displacement"),
    "limit_displacement": (
        "Ett jobb som en deltagare får kan vara ett jobb som någon annan annars hade fått, inom eller utanför försöket. Det "
        "syns inte här.",
        "A job that a participant gets may be a job that someone else would have had, in the trial or outside it. That is not "
        "seen here.",
    ),
    "term_ascertainment": ("Vad registren ser", "What the registers see"),
    "limit_ascertainment": (
        "{followed} Känt enbart av Arbetsförmedlingen: {shares}.",
        "{followed} Known to the employment service only: {shares}.",
    ),
    "limit_ascertainment_hidden": (
        "{followed} Hur mycket kan inte visas här.",
        "{followed} By how much cannot be shown here.",
    ),
    "limit_statements": (
        "Räknas enbart arbete som syns i arbetsgivarnas uppgifter skattas skillnaden {contrast} till {estimate}.",
        "Counting only work seen in employers’ statements the difference {contrast} is estimated at {estimate}.",
    ),
    "term_crossing": ("Andra gruppers insatser", "Other arms’ interventions"),
    "limit_crossing": (
        "Några fick en annan grupps insats än den de lottades till: {shares}. Effekten av lottningen är därför inte effekten "
        "av att få insatsen; i regel är den mindre.",
        "Some received another arm’s intervention than the one assigned: {shares}. The effect of assignment is therefore not "
        "the effect of receiving the intervention; as a rule it is smaller.",
    ),
    "crossing_of": ("{share} av {arm} fick insatsen i {programme}", "{share} of {arm} received that of {programme}"),
    "term_start_clock": ("Tid till start", "Time to start"),
    "limit_start_clock": (
        "Alla började inte, och inte lika snart: {starts}. Huvudanalysen räknar från randomiseringen och har inte det "
        "problemet; räknat från egen start är jämförelsen inte skyddad av lottningen.",
        "Not everyone started, and not equally soon: {starts}. The main analysis counts from randomisation and does not have "
        "that problem; counted from each person’s own start the comparison is not protected by the draw.",
    ),
    "start_of": (
        "{share} i {arm}, i mediantid efter {days} dagar",
        "{share} in {arm}, at the median after {days} days",
    ),
    "start_of_short": ("{share} i {arm}", "{share} in {arm}"),
    "term_follow_up": ("Uppföljningens slut", "End of follow-up"),
    "limit_follow_up": (
        "{analysed} av {randomised} lottade ingår i huvudanalysen; övriga kan inte följas till månaden.",
        "{analysed} of {randomised} assigned are in the main analysis; the others cannot be followed to the month.",
    ),
    "limit_follow_up_all": (
        "Alla lottade kan följas till huvudutfallets månad. Vad som händer efter uppföljningens {horizon} månader är inte känt.",
        "Everyone assigned can be followed to the month of the main outcome. What happens after the {horizon} months of "
        "follow-up is not known.",
    ),
    "limit_events_unknown": (
        "Dödsfall och flyttningar är inte kända, för studien har inget register över dem: den som dött eller flyttat utomlands "
        "räknas som om personen kunde följas.",
        "Deaths and moves are not known, for the study has no register of them: whoever died or moved abroad counts as if "
        "followed.",
    ),
    "limit_follow_up_registers": (
        "Registren når huvudutfallets månad för alla lottade. Vad som händer efter uppföljningens {horizon} månader är "
        "inte känt.",
        "The registers reach the month of the main outcome for everyone assigned. What happens after the {horizon} months of "
        "follow-up is not known.",
    ),
    "limit_ended": (
        "Insatserna slutade den {date}: de som lottades sent hade kortare tid med insatsen.",
        "The interventions ended on {date}: those who were assigned late had less time with them.",
    ),
    "term_missing_surveys": ("Enkäter som saknas", "Missing surveys"),
    "limit_missing_surveys": (
        "Enkätens utfall är kända endast för dem som svarade: {shares}. Gränserna i avsnittet om enkäten visar hur mycket "
        "bortfallet kan betyda.",
        "The survey’s outcomes are known for respondents only: {shares}. The bounds in the survey’s section show how much that "
        "may mean.",
    ),
    "survey_share_of": ("{outcome}, {arms}", "{outcome}, {arms}"),
    "term_small_cells": ("Små grupper", "Small groups"),
    "limit_small_cells": (
        "{n} uppgifter visas inte, för att ingen enskild ska kunna kännas igen. Undergrupper med få personer kan därför inte "
        "redovisas, och frånvaron av ett tal säger ingenting om effekten.",
        "{n} cells are not shown, so that nobody can be recognised. Subgroups of few persons can therefore not be reported, "
        "and the absence of a number says nothing of the effect.",
    ),
    "term_size": ("Försökets storlek", "Size of the trial"),
    "limit_size": (
        "En verklig skillnad på {effect} från {baseline} skulle ha visat sig med sannolikheten {power} (tvåsidigt test på nivån "
        "{alpha}). Även så stora skillnader kan alltså ha missats, och mindre kan finnas utan att synas.",
        "A true difference of {effect} from {baseline} would have shown with a probability of {power} (two-sided test at the "
        "{alpha} level). Differences of that size may thus have been missed, too, and smaller ones may exist unseen.",
    ),
    "term_consent": ("Vilka resultaten gäller", "Whom the results are for"),
    "limit_consent": (
        "{declined} av {asked} tillfrågade deltog inte. Resultaten gäller dem som samtyckte, på dessa platser och under dessa "
        "år.",
        "{declined} of {asked} who were asked did not take part. The results are for those who consented, in these places and "
        "years.",
    ),
    "limit_consent_plain": (
        "Resultaten gäller dem som lottades i försöket.",
        "The results are for those who were assigned in the trial.",
    ),
    "term_turned_age": ("{age}-årsgränsen", "Age {age}"),
    "limit_turned_age": (
        "{benefit} slutar vid {age} år: {shares} fyller {age} senast det år som månad {month} infaller. Att lämna ersättningen "
        "är inte detsamma som att ha arbete.",
        "{benefit} ends at {age}: {shares} turn {age} by the year of month {month}. Leaving the benefit is not the same as "
        "having work.",
    ),
    "term_exploratory": ("Många jämförelser", "Many comparisons"),
    "limit_exploratory": (
        "Endast huvudutfallets första jämförelse prövar den primära hypotesen. Allt som kallas utforskande ska prövas igen "
        "innan det används.",
        "Only the main outcome’s first comparison tests the primary hypothesis. Whatever is called exploratory should be "
        "tested again before it is used.",
    ),
    "term_unavailable": ("Utfall utan register", "Outcomes without a register"),
    "limit_unavailable": (
        "Studien har inte de register som behövs för: {outcomes}.",
        "The study lacks the registers needed for: {outcomes}.",
    ),
    "value_of_arm": ("{value} i {arm}", "{value} in {arm}"),
}
