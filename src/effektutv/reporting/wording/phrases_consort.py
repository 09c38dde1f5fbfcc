"""The CONSORT 2025 checklist in words of our own, in Swedish and English.

The items and their numbers are those of Hopewell and others (2025), CONSORT 2025 statement: updated guideline for reporting
randomised trials, *PLoS Medicine* 22(4): e1004587; also in the *BMJ*, *JAMA* and the *Lancet*.
"""

from __future__ import annotations

__all__ = ["CONSORT"]

#: key: (Swedish, English).
CONSORT: dict[str, tuple[str, str]] = {
    "consort": ("Checklista: CONSORT 2025", "Checklist: CONSORT 2025"),
    "consort_opening": (
        "Checklistan har 30 punkter i {n} delar: {reported} är redovisade, {partly} delvis redovisade och {open} öppna. Öppna "
        "punkter kan inte utläsas ur data: den som ansvarar för försöket besvarar dem i studiefilens avsnitt [consort].",
        "The checklist has 30 items in {n} parts: {reported} are reported, {partly} partly reported and {open} open. Open "
        "items cannot be read from data: whoever is responsible for the trial answers them in the study file’s section "
        "[consort].",
    ),
    "consort_table": ("CONSORT 2025, punkt för punkt", "CONSORT 2025, item by item"),
    "consort_item": ("Punkt", "Item"),
    "consort_where": ("Var, eller vad studiefilen säger", "Where, or what the study file says"),
    "consort_status": ("Läge", "Status"),
    "consort_reported": ("redovisad", "reported"),
    "consort_partly": ("delvis", "partly"),
    "consort_answered": ("besvarad i studiefilen", "answered in the study file"),
    "consort_open": ("öppen", "open"),
    "consort_place": ("Avsnitt {n}, {title}", "Section {n}, {title}"),
    "consort_place_of": ("Avsnitt {n}, {title}: {caption}", "Section {n}, {title}: {caption}"),
    "consort_lacks": ("Återstår: {what}", "Still to do: {what}"),
    "note_consort": (
        "Punkterna i egna ord efter Hopewell m.fl. (2025), CONSORT 2025, PLoS Medicine 22(4): e1004587; även i BMJ, JAMA och "
        "Lancet. ”Redovisad” säger att rapporten har uppgiften, inte att den räcker för varje läsare.",
        "The items in words of our own after Hopewell and others (2025), CONSORT 2025, PLoS Medicine 22(4): e1004587; also in "
        "the BMJ, JAMA and the Lancet. “Reported” says that the report has the information, not that it suffices for every "
        "reader.",
    ),
    # ---------------------------------------------------------------------------------------------------------- headings
    "consort_head_title": ("Titel och sammanfattning", "Title and abstract"),
    "consort_head_open": ("Öppen vetenskap", "Open science"),
    "consort_head_introduction": ("Inledning", "Introduction"),
    "consort_head_methods": ("Metod", "Methods"),
    "consort_head_randomisation": ("Randomisering", "Randomisation"),
    "consort_head_blinding": ("Blindning", "Blinding"),
    "consort_head_statistics": ("Statistik", "Statistical methods"),
    "consort_head_results": ("Resultat", "Results"),
    "consort_head_discussion": ("Diskussion", "Discussion"),
    # ------------------------------------------------------------------------------------------------------------- items
    "consort_1a": ("Titeln säger att försöket är randomiserat", "The title says that the trial is randomised"),
    "consort_1b": (
        "Strukturerad sammanfattning av upplägg, metod, resultat och slutsatser",
        "Structured summary of design, methods, results and conclusions",
    ),
    "consort_2": (
        "Var försöket är registrerat, under vilket nummer och när",
        "Where the trial is registered, its number, and when",
    ),
    "consort_3": ("Var protokoll och analysplan finns", "Where protocol and statistical analysis plan can be had"),
    "consort_4": (
        "Var och hur avidentifierade data, datalexikon, kod och annat material kan fås",
        "Where and how de-identified data, data dictionary, code and other material can be had",
    ),
    "consort_5a": (
        "Finansiering och annat stöd, och finansiärens roll i försöket",
        "Funding and other support, and the funder’s part in the trial",
    ),
    "consort_5b": (
        "Författarnas ekonomiska och andra intressekonflikter",
        "The authors’ financial and other conflicts of interest",
    ),
    "consort_6": ("Bakgrund och skäl till försöket", "Background of the trial, and why it was done"),
    "consort_7": ("Mål, både om nytta och om skada", "Objectives, on benefits and on harms"),
    "consort_8": (
        "Hur deltagare eller allmänhet medverkade i upplägg, genomförande och rapportering",
        "How participants or the public took part in design, conduct and reporting",
    ),
    "consort_9": (
        "Försökets upplägg: typ, fördelning mellan grupperna, ram (t.ex. överlägsenhet)",
        "Trial design: its type, allocation between the arms, framework (such as superiority)",
    ),
    "consort_10": (
        "Viktiga ändringar efter start, även utfall och analyser som inte var planerade, med skäl",
        "Important changes after the start, unplanned outcomes and analyses included, with reasons",
    ),
    "consort_11": ("Miljö och platser där försöket genomfördes", "Settings and places where the trial was done"),
    "consort_12a": ("Villkor för att få delta", "Who was eligible"),
    "consort_12b": (
        "Villkor för platser och för dem som gav insatserna, om det fanns några",
        "Criteria for sites and for those who gave the interventions, if there were any",
    ),
    "consort_13": (
        "Insatserna och jämförelsen, så att de kan upprepas, och var material finns",
        "Interventions and comparator, so that they can be repeated, and where material can be had",
    ),
    "consort_14": (
        "Primära och sekundära utfall: mått, sammanfattning och tidpunkt för var och ett",
        "Primary and secondary outcomes: measure, summary and time of each",
    ),
    "consort_15": ("Hur skador definierades och mättes", "How harms were defined and assessed"),
    "consort_16a": (
        "Hur antalet deltagare bestämdes, med antaganden",
        "How the number of participants was set, with assumptions",
    ),
    "consort_16b": ("Analyser under försökets gång och regler för att avbryta", "Interim analyses and stopping rules"),
    "consort_17a": ("Vem som tog fram slumpföljden, och hur", "Who made the random sequence, and how"),
    "consort_17b": (
        "Typ av randomisering och begränsningar, t.ex. strata",
        "Type of randomisation and restrictions, such as strata",
    ),
    "consort_18": (
        "Hur lottningen hölls dold till dess den användes",
        "How the allocation was concealed until it was used",
    ),
    "consort_19": (
        "Om de som skrev in och tilldelade kunde se slumpföljden",
        "Whether those who enrolled and assigned could see the sequence",
    ),
    "consort_20a": (
        "Vilka som inte visste vem som fått vad efter tilldelningen",
        "Who did not know who had what after assignment",
    ),
    "consort_20b": (
        "Hur det gick till, och hur lika insatserna var",
        "How that was achieved, and how alike the interventions were",
    ),
    "consort_21a": (
        "Statistisk metod för jämförelserna, även av skador",
        "Statistical methods of the comparisons, harms included",
    ),
    "consort_21b": ("Vilka som ingår i varje analys, och i vilken grupp", "Who is in each analysis, and in which arm"),
    "consort_21c": ("Hur saknade uppgifter hanterades", "How missing data were handled"),
    "consort_21d": (
        "Metod för ytterligare analyser, planerade skilda från andra",
        "Methods of additional analyses, planned ones told apart",
    ),
    "consort_22a": (
        "För varje grupp: antal lottade, som fick insatsen och som analyserades",
        "For each arm: numbers assigned, who received the intervention, and analysed",
    ),
    "consort_22b": (
        "Bortfall efter lottningen i varje grupp, med skäl",
        "Losses after randomisation in each arm, with reasons",
    ),
    "consort_23a": ("Tid för rekrytering och uppföljning", "Dates of recruitment and follow-up"),
    "consort_23b": ("Varför försöket slutade eller avbröts", "Why the trial ended or was stopped"),
    "consort_24a": (
        "Insatserna som de faktiskt gavs, av vem och i vilken grad",
        "Interventions as they were given, by whom and to what extent",
    ),
    "consort_24b": ("Annat stöd under försöket i varje grupp", "Other care during the trial in each arm"),
    "consort_25": ("Egenskaper före lottningen i varje grupp", "Characteristics before randomisation in each arm"),
    "consort_26": (
        "För varje utfall: antal som analyserades, resultat i varje grupp, skattning med precision; för 0/1-utfall både "
        "skillnad och kvot",
        "For each outcome: numbers analysed, result in each arm, estimate with precision; for 0/1 outcomes both difference and "
        "ratio",
    ),
    "consort_27": ("Alla skador och oavsiktliga följder i varje grupp", "All harms and unintended events in each arm"),
    "consort_28": (
        "Andra analyser, även undergrupper, planerade skilda från andra",
        "Other analyses, subgroups included, planned ones told apart",
    ),
    "consort_29": (
        "Tolkning som väger nytta mot skada och annan kunskap",
        "Interpretation that weighs benefits, harms and other evidence",
    ),
    "consort_30": (
        "Begränsningar: felkällor, osäkerhet, vem resultaten gäller",
        "Limitations: sources of bias, imprecision, whom the results are for",
    ),
    # -------------------------------------------------------------------------------------------------- what is still to do
    "lacks_1b": ("slutsatser", "conclusions"),
    "lacks_4": ("hur data kan fås", "how the data can be had"),
    "lacks_7": ("mål om skador", "objectives on harms"),
    "lacks_11": ("miljöerna", "the settings"),
    "lacks_13": ("beskrivning av insatserna", "a description of the interventions"),
    "lacks_17b": ("blockstorlek, om block användes", "block size, if blocks were used"),
    "lacks_21a": ("skador", "harms"),
    "lacks_23a": ("datum", "dates"),
    "lacks_21c": (
        "dödsfall och flyttningar, som studien inte har något register över",
        "deaths and moves, of which the study has no register",
    ),
    "lacks_21d": ("vilka analyser som var planerade", "which analyses were planned"),
    "lacks_22b": (
        "dödsfall och flyttningar, som studien inte har något register över",
        "deaths and moves, of which the study has no register",
    ),
    "lacks_22a": ("hur många som fick insatsen", "how many received the intervention"),
    "lacks_24a": ("i vilken grad insatserna gavs", "to what extent the interventions were given"),
    "lacks_26": ("relativa effekter bredvid skillnaderna", "relative effects beside the differences"),
    "lacks_28": ("vilka analyser som var planerade", "which analyses were planned"),
    "lacks_29": ("avvägning mot skador och annan kunskap", "weighing against harms and other evidence"),
    "consort_design": (
        "Parallella grupper: {arms}. Lottade: {sizes}. Tvåsidiga test av överlägsenhet.",
        "Parallel arms: {arms}. Assigned: {sizes}. Two-sided tests of superiority.",
    ),
    "consort_design_unsized": (
        "Parallella grupper: {arms}. Tvåsidiga test av överlägsenhet.",
        "Parallel arms: {arms}. Two-sided tests of superiority.",
    ),
    "consort_adjusted": (
        "Utan justering; bredvid även justerat för {covariates}.",
        "Without adjustment; beside it also adjusted for {covariates}.",
    ),
    "consort_stratified": ("Lottning inom strata ({strata}).", "Assignment within strata ({strata})."),
    "consort_unstratified": ("Inga strata är angivna.", "No strata are declared."),
}
