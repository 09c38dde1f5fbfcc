"""The words of what each arm received, and of the main effect seen from elsewhere, in Swedish and English."""

from __future__ import annotations

__all__ = ["RECEIVED"]

#: key: (Swedish, English).
RECEIVED: dict[str, tuple[str, str]] = {
    "why_not_delivered": ("{column} levererades inte", "{column} was not delivered"),
    "why_not_in_files": (
        "{column} levererades inte i {n} av {of} filer",
        "{column} was not delivered in {n} of {of} files",
    ),
    "why_without_value": ("{column} levererades utan något värde", "{column} was delivered without a value"),
    "received": ("Insatser som deltagarna fick", "What the participants received"),
    "received_opening": (
        "Effekterna i denna rapport är effekter av skillnaden i det som grupperna fick. Det som skilde dem åt står här.",
        "The effects in this report are effects of the difference in what the arms received. Here is what set them apart.",
    ),
    "received_hours": (
        "Till och med månad {month} gavs i genomsnitt {arms}, räknat på alla som lottades dit.",
        "Until month {month}, {arms} were given on average, counting everyone assigned.",
    ),
    "received_hours_of": ("{hours} timmar per person i {arm}", "{hours} hours per person in {arm}"),
    "received_most": (
        "Störst var skillnaden i timmar från {actor}: {values}.",
        "The largest difference was in hours from {actor}: {values}.",
    ),
    "received_most_shown": (
        "Bland de aktörer vars timmar visas för alla grupper var skillnaden störst i timmar från {actor}: {values}.",
        "Of the actors whose hours are shown for every arm, the difference was largest in hours from {actor}: {values}.",
    ),
    "received_value_of": ("{value} i {arm}", "{value} in {arm}"),
    "received_no_hours": (
        "Studien har inga tidredovisningar: timmar per person kan inte visas.",
        "The study has no time reports: hours per person cannot be shown.",
    ),
    "hours_figure": (
        "Timmar per person till och med månad {month}, efter vem som gav dem",
        "Hours per person until month {month}, by who gave them",
    ),
    "hours_table": (
        "Timmar per person till och med månad {month}, och hur många som fick några",
        "Hours per person until month {month}, and how many had any",
    ),
    "actor": ("Aktör", "Actor"),
    "actor_Af": ("Arbetsförmedlingen", "Public Employment Service"),
    "actor_FK": ("Försäkringskassan", "Social Insurance Agency"),
    "actor_SIUS": ("SIUS-konsult", "SIUS consultant"),
    "actor_CM": ("Case manager", "Case manager"),
    "actor_kommun": ("Kommunen i övrigt", "Municipality otherwise"),
    "actor_all": ("Alla aktörer", "All actors"),
    "hours_mean": ("timmar", "hours"),
    "hours_month": ("per månad", "a month"),
    "hours_share": ("fick några, procent", "had any, per cent"),
    "note_hours": (
        "Genomsnitt bland alla som lottades till gruppen; den som saknar tidredovisning räknas som noll timmar. "
        "Kalendermånaderna från randomiseringens (månad 0) till den {month}:e därefter, dock längst till insatsernas slut. Per "
        "månad: gruppens timmar delade med personernas sammanlagda antal sådana månader.",
        "Mean over everyone assigned to the arm; those without a time report count as having no hours. Calendar months from "
        "the month of randomisation (month 0) to month {month}, but not beyond the end of the interventions. Hours per month: "
        "the arm’s hours divided by the total of its persons’ such months.",
    ),
    "subtitle_hours": (
        "Timmar per person, i genomsnitt bland alla i gruppen. {persons}.",
        "Hours per person, mean over everyone in the arm. {persons}.",
    ),
    "shares_table": ("Stöd och program i varje grupp, och avhopp", "Support and programmes in each arm, and drop-outs"),
    "given": ("Stöd eller händelse", "Support or event"),
    "item_sius": ("SIUS-konsult (till insatsernas slut)", "SIUS consultant (until the interventions’ end)"),
    "item_programme": (
        "Arbetsmarknadsprogram (till och med månad {month})",
        "Labour-market programme (until month {month})",
    ),
    "item_decision_support": (
        "Beslut om anställning med stöd (till och med månad {month})",
        "Decision on employment with support (until month {month})",
    ),
    "item_decision_subsidised": (
        "Beslut om annan subventionerad anställning (till och med månad {month})",
        "Decision on other subsidised employment (until month {month})",
    ),
    "item_dropped_out": ("Avhopp från insatsen", "Dropped out of the intervention"),
    "item_turned_age": (
        "Fyller {age} senast det år som månad {month} infaller",
        "Turn {age} by the year of month {month}",
    ),
    "note_shares": (
        "Alla lottade. En person kan räknas på flera rader.",
        "Everyone assigned. A person may count in several rows.",
    ),
    "note_shares_both": (
        "Program och beslut är Arbetsförmedlingens, och ges även av andra skäl än insatsen.",
        "Programmes and decisions are the employment service’s, and are given for other reasons than the intervention, too.",
    ),
    "note_shares_programme": (
        "Programmen är Arbetsförmedlingens, och ges även av andra skäl än insatsen.",
        "Programmes are the employment service’s, and are given for other reasons than the intervention, too.",
    ),
    "note_shares_decided": (
        "Besluten är Arbetsförmedlingens, och fattas även av andra skäl än insatsen.",
        "Decisions are the employment service’s, and are made for other reasons than the intervention, too.",
    ),
    "note_shares_close": (
        "Beslut om anställning är nära utfallet: de hör till det som insatsen kan leda till.",
        "Decisions on employment are close to the outcome: they belong to what the intervention may lead to.",
    ),
    # ------------------------------------------------------------------------------- the age at which the benefit ends
    "turned_age_table": (
        "Vilka som fyller {age}: där slutar {benefit}",
        "Who turns {age}: {benefit} ends there",
    ),
    "note_turned_age": (
        "{benefit} betalas längst till månaden före {age}-årsdagen. Andelen som lämnat ersättningen innehåller därför dem som "
        "blev för gamla. Registren har födelseår, inte dag.",
        "{benefit} is paid at most to the month before the birthday at {age}. The share who have left the benefit therefore "
        "includes those who grew too old. The registers have the year of birth, not the day.",
    ),
    # --------------------------------------------------------------------------------------------- seen from elsewhere
    "statements_of": ("{outcome} enligt kontrolluppgift", "{outcome} by employers’ statements"),
    "statements_group": (
        "Endast arbete som syns i arbetsgivarnas uppgifter; {estimator}; {vcov}",
        "Only work seen in employers’ statements; {estimator}; {vcov}",
    ),
    "note_statements": (
        "{followed} Arbetsgivarnas uppgifter lämnas lika för alla, men saknar arbete vars månader inte anges.",
        "{followed} Employers’ statements are made alike for everyone, but lack work whose months are not stated.",
    ),
    "half_year_1": ("första halvåret {year}", "first half of {year}"),
    "half_year_2": ("andra halvåret {year}", "second half of {year}"),
    "entry_half_year": ("Halvår för randomiseringen", "Half-year of randomisation"),
    "entry_table": (
        "Effekt efter halvår för randomiseringen: {outcome}",
        "Effect by half-year of randomisation: {outcome}",
    ),
    "site": ("Plats", "Place"),
    "sites_figure": ("Effekt efter plats: {contrast}", "Effect by place: {contrast}"),
    "sites_table": ("Effekt efter plats: {outcome}", "Effect by place: {outcome}"),
    "site_variation": (
        "Effekten {contrast} skattas ha standardavvikelsen {tau} mellan {sites} kommuner ({ci} {span}). Att den skulle vara "
        "densamma i alla kommuner {verdict} (Cochrans test, {p}). Utforskande, inte justerat.",
        "The effect {contrast} is estimated to have a standard deviation of {tau} between {sites} municipalities ({ci} {span}). "
        "That it is the same in all municipalities {verdict} (Cochran’s test, {p}). Exploratory, not adjusted.",
    ),
    "site_variation_hidden": (
        "Hur mycket effekten skiljer sig mellan kommunerna kan inte visas.",
        "How much the effect differs between municipalities cannot be shown.",
    ),
    "site_variation_few": (
        "Hur mycket effekten skiljer sig mellan kommunerna visas inte: färre än tio kommuner har nog med deltagare.",
        "How much the effect differs between municipalities is not shown: fewer than ten have participants enough.",
    ),
    "note_sites_hidden": (
        "{n} platser visas inte, för att skydda små grupper där eller på andra ställen.",
        "{n} places are not shown, to protect small groups there or elsewhere.",
    ),
    "note_sites_none": (
        "{n} platser har ingen skattning: för få personer, eller samma utfall för alla.",
        "{n} places have no estimate: too few persons, or the same outcome for everyone.",
    ),
    "told_site_few": (
        "{contrast}: på någon plats har en grupp färre än {n} personer, så att standardavvikelsens intervall är ungefärligt",
        "{contrast}: in some place an arm has fewer than {n} persons, so that the standard deviation’s interval is approximate",
    ),
    "told_site_left": (
        "{contrast}: några platser ingår inte, för att de saknar två personer i varje grupp eller variation i utfallet",
        "{contrast}: some places are left out, since they lack two persons in each arm or variation of the outcome",
    ),
    "draws_within_strata": (" inom strata", " within strata"),
    "note_draws": (
        "Fördelningen av teststorheten om utfallet för var och en hade varit detsamma i båda grupperna: lottningen mellan dem "
        "omdragen {draws} gånger{within}. Studentiserad: skattningen delad med sitt standardfel.",
        "The statistic’s distribution had everyone’s outcome been the same in both arms: the draw between them repeated {draws} "
        "times{within}. Studentised: the estimate over its standard error.",
    ),
    "subtitle_draws": (
        "{outcome}. Lottningen omdragen {draws} gånger.",
        "{outcome}. The assignment drawn {draws} times again.",
    ),
    "sites_same": ("motsägs inte", "is not contradicted"),
    "sites_differ": ("motsägs", "is contradicted"),
    "randomization_figure": (
        "Vad lottningen ensam skulle ge: {contrast}",
        "What chance alone would give: {contrast}",
    ),
    "randomization_table": (
        "Lottningen omdragen {draws} gånger: {outcome}",
        "The assignment drawn {draws} times again: {outcome}",
    ),
    "draws_statistic": ("Teststorhet", "Statistic"),
    "draws_share": ("Andel av dragningarna", "Share of the draws"),
    "draws_observed": ("Observerad", "Observed"),
    "draws_from_to": ("{low} till {high}", "{low} to {high}"),
    # -------------------------------------------------------------------------------------------------------- collapsed
    "collapsed_group": (
        "{group}: visas inte, för grupperna är för små. De {n} raderna står utan tal i tables/subgroups.csv.",
        "{group}: not shown, because its groups are too small. Its {n} rows stand without numbers in tables/subgroups.csv.",
    ),
    "note_collapsed": (
        "{group} visas inte, för grupperna är för små.",
        "{group} is not shown, because its groups are too small.",
    ),
    "flow_text": ("Diagrammet i ord:", "The diagram in words:"),
    "flow_left_plain": ("{left} föll bort", "{left} left"),
    "flow_stage": ("{stage}: {n}", "{stage}: {n}"),
    "flow_left": ("{left} föll bort ({reason})", "{left} left ({reason})"),
    "flow_arms": ("varav {arms}", "of whom {arms}"),
}
