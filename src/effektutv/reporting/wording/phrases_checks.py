"""Fixed words about the checks of extracts: rules, what to do about each, and the page that ``effektutv check`` writes."""

from __future__ import annotations

__all__ = ["CHECKS"]

#: key: (Swedish, English). The English of an ``advice_`` is the text of the check itself, by which it is found.
CHECKS: dict[str, tuple[str, str]] = {
    # --------------------------------------------------------------------------------------------------------- rules
    "rule_unique": ("unik: förekommer en gång", "unique: stands once"),
    "rule_foreign": ("främmande nyckel: finns i {name} ({columns})", "foreign key: in {name} ({columns})"),
    "rule_future": ("framtid: inte efter {day}", "future: not after {day}"),
    "rule_invisible": ("text: utan tecken som inte syns", "text: without signs that nobody sees"),
    "rule_calendar": ("kalender: varje år den {day} (månad-dag)", "calendar: every year on {day}"),
    "rule_one_day": (
        "slut: många perioder har ingen egen slutdag",
        "ends: no day of its own for many spells",
    ),
    "rule_project": ("löpnummer: från ett projekt", "serial numbers: of one project"),
    "rule_months_covered": (
        "täckning: varje månad som studien behöver (antal månader)",
        "coverage: every month that the study needs (number of months)",
    ),
    "rule_years_covered": (
        "täckning: varje år som studien behöver (antal år)",
        "coverage: every year that the study needs (number of years)",
    ),
    "rule_years_within": (
        "täckning: varje år som studien behöver (antal år); saknas däremellan: {years}",
        "coverage: every year that the study needs (number of years); missing within: {years}",
    ),
    # -------------------------------------------------------------------------------------------------------- advice
    "advice_type": (
        "kontrollera kolumnens format, och decimal och date_format i studiefilen",
        "check the format of the column, and decimal and date_format in the study file",
    ),
    "advice_type_number": (
        "kontrollera kolumnens format, och decimal i studiefilen; ett tal på 2^53 eller mer, eller ett oändligt, är inget tal: "
        "en del program skriver ett sådant när något saknas",
        "check the format of the column, and decimal in the study file; a number of 2^53 or more, or an infinite one, is none: "
        "some programs write one where nothing is known",
    ),
    "advice_type_date": (
        "kontrollera kolumnens format, och date_format i studiefilen; en tidpunkt som inte är midnatt är ingen dag, och kan "
        "vara i en annan tidszon: be om dagar utan klockslag",
        "check the format of the column, and date_format in the study file; a moment that is not midnight is no day, and may "
        "be one of another time zone: have days delivered without time",
    ),
    "advice_invisible": (
        "två texter som ser lika ut är inte lika: be registerhållaren om dem utan styrtecken, nollbreda tecken och andra "
        "tecken som inte syns",
        "two texts that look alike are not the same: ask the register's owner for them without control signs, zero-width and "
        "other signs that nobody sees",
    ),
    "advice_calendar": (
        "registret är en ögonblicksbild om året, på den dagen: rader från en annan dag kan höra till ett annat register eller "
        "en annan leverans; fråga registerhållaren vad dagen är",
        "the register is one snapshot a year, on this day: rows of another day may be of another register or delivery; ask its "
        "owner what the day is",
    ),
    "advice_one_day": (
        "en dag avslutar många av deltagarnas perioder: fråga registerhållaren om det är deras slut, dagen för en leverans "
        "eller ett systembyte, eller står för ett slut som inte är känt",
        "one day ends many of the participants' spells: ask the register's owner whether it is their end, the day of a "
        "delivery or of a change of system, or stands for an end that is not known",
    ),
    "advice_often_reversed": (
        "så många omvända perioder är inga slarvfel: fråga registerhållaren om de båda kolumnerna har bytt plats, och vad var "
        "och en av dem säger",
        "so many reversed spells are no slips: ask the register's owner whether the two columns have changed places, and what "
        "each of them says",
    ),
    "advice_decides": (
        "raden räknas inte, och det tillstånd som den skulle börja eller avsluta går vidare: fråga registerhållaren vad koden "
        "betyder, eller be om den som i kodlistan",
        "the row counts for nothing, and the state that it would end or begin goes on: ask the register's owner what the code "
        "means, or have it written as in the code list",
    ),
    "advice_project": (
        "kolumnens namn har ett annat projekts nummer än lottningsenkätens: samma löpnummer kan vara en annan person; fråga "
        "registerhållaren om båda hör till en serie",
        "the column's name has another project's number than the randomisation form's: the same serial number may be another "
        "person; ask the register's owner whether both are of one series",
    ),
    "advice_missing_word": (
        "alla dessa värden är ett ord för att något saknas; skriv missing = {marks} för registret i studiefilen, om det "
        "betyder det",
        "each of these values is a word for missing; declare missing = {marks} for the register in the study file, if it means "
        "that",
    ),
    "advice_required": (
        "be registerhållaren om de uppgifter som saknas",
        "ask the register's owner for the missing entries",
    ),
    "advice_unique": (
        "ett värde får förekomma en gång; fråga registerhållaren vilka rader som är rätt",
        "a value may stand once; ask the register's owner which rows are right",
    ),
    "advice_coding": ("kontrollera kodningen", "check the coding"),
    "advice_not_one": (
        "inget värde är känt: inledande nollor kan ha gått förlorade, eller är det en annan kolumn; be om en ny leverans",
        "not one value is a known one: zeros in front may be lost, or it is another column; have it delivered again",
    ),
    "advice_range": ("kontrollera enhet och skala", "check unit and scale"),
    "advice_period": (
        "någon sådan period finns inte i registret; fråga registerhållaren",
        "no such period exists in this register; ask its owner",
    ),
    "advice_codes": (
        "en okänd kod hör inte till någon klass; lägg till den i kodlistan om den är riktig",
        "an unknown code belongs to no class; add it to the code list if it is right",
    ),
    "advice_code_in_force": (
        "en kod utanför sina år hör inte till någon klass",
        "a code outside its years belongs to no class",
    ),
    "advice_key": (
        "en rad per nyckel är tillåten; fråga registerhållaren vilka rader som är rätt",
        "one row a key is allowed; ask the register's owner which rows are right",
    ),
    "advice_foreign": (
        "rader för någon som inte finns i det andra utdraget räknas inte; fråga dess ägare om rader saknas där",
        "rows of nobody in the other extract count for nothing; ask its owner whether rows are missing there",
    ),
    "advice_order": (
        "fråga registerhållaren vilken av de båda dagarna som är rätt",
        "ask the register's owner which of the two days is right",
    ),
    "advice_left_out": (
        "raden räknas inte: tidigare rader i det här registret rättas aldrig",
        "the row is left out: earlier rows of this register are never corrected",
    ),
    "advice_months": (
        "studiens ku_months_missing säger hur en sådan rad räknas",
        "the study's ku_months_missing says how such a row counts",
    ),
    "advice_future": (
        "ingenting kan ha hänt efter leveransen; kontrollera datumen, och data_date och cutoff i studiefilen",
        "nothing can have happened after the delivery; check the dates, and data_date and cutoff in the study file",
    ),
    "advice_absent": (
        "kolumnen räknas som tom överallt; beställ den om studien behöver den",
        "the column is taken as missing everywhere; order it if the study needs it",
    ),
    "advice_word": (
        "inget värde i registret är detta ord; skriv det som det står i filerna, eller ta bort det ur missing",
        "no value of the register is this word; write it as it stands in the files, or take it out of missing",
    ),
    "advice_partly": (
        "några filer saknar kolumnen: värdena där är okända; beställ den även för de filerna",
        "some files lack the column: its values there are not known; order it for these files too",
    ),
    "advice_truncated": (
        "filen kan vara avklippt: jämför antalet rader med registerhållarens",
        "the file may be cut off: compare its number of rows with the owner's",
    ),
    "advice_empty": (
        "en fil har rubriker men inga rader, som om ingen fanns i registret: be registerhållaren om raderna",
        "a file has a header and no rows, as if nobody were in the register: ask its owner for the rows",
    ),
    "advice_overlap": (
        "alla perioder räknas också när de överlappar: ett tillstånd gäller en dag som någon period täcker",
        "overlapping spells all count: a state holds on a day that any qualifying spell covers",
    ),
    "advice_linkage": (
        "den som saknar rad har ingen period och inget beslut; i ett årsregister saknas uppgiften",
        "no row is no spell or no decision; for an annual register it is missing",
    ),
    "advice_nobody": (
        "ingen deltagare finns i registret: löpnumren kan vara en annan leverans; fråga registerhållaren",
        "no participant is in the register: its serial numbers may be those of another delivery; ask its owner",
    ),
    "advice_written": (
        "deltagares nummer skrivs annorlunda här (versaler, inledande nollor, '.0', '+', '=\"', 'E+', blanktecken eller "
        "skiljetecken mellan siffror, ett prefix); be om att båda levereras lika",
        "participants' numbers are written otherwise here (case, zeros in front, '.0', '+', '=\"', 'E+', blanks or marks "
        "between digits, a prefix); have both delivered alike",
    ),
    "advice_coverage": (
        "en fil eller en del av den kan saknas; be registerhållaren om hela den tid som studien behöver",
        "a file or a part of one may be missing; ask the register's owner for the whole time that the study needs",
    ),
    "advice_too_early": (
        "svaret räknas inte: det kan inte vara ett utfall",
        "the answer is left out: it cannot be an outcome",
    ),
    "advice_undated": (
        "svaret räknas i sin våg; fråga efter dagen",
        "the answer counts in its wave; ask for the day",
    ),
    # ------------------------------------------------------------------------------------------------------ the page
    "checks_synthetic": (
        "Utdragen är påhittade: ingen person i dem finns.",
        "The extracts are made up: no person in them exists.",
    ),
    "checks_title": ("Datakvalitet: {study}", "Data quality: {study}"),
    "checks_byline": (
        "Vad kontrollen av utdragen fann, skrivet av effektutv {version}. Sidan visar antal och aldrig något värde ur ett "
        "utdrag.",
        "What the checks of the extracts found, written by effektutv {version}. The page shows counts and never a value from "
        "an extract.",
    ),
    "checks_delivered": ("Leveransens datum: {day}.", "Date of the delivery: {day}."),
    "checks_verdict": ("Får utdragen användas?", "May the extracts be used?"),
    "checks_error": (
        "Nej. {errors} regler av grad fel är brutna: en körning stannar tills utdragen eller studiefilen har rättats.",
        "No. {errors} rules of severity error are broken: a run stops until the extracts or the study file are corrected.",
    ),
    "checks_error_one": (
        "Nej. En regel av grad fel är bruten: en körning stannar tills utdraget eller studiefilen har rättats.",
        "No. One rule of severity error is broken: a run stops until the extract or the study file is corrected.",
    ),
    "checks_usable": (
        "Ja, en körning stannar inte. Läs varningarna: de kan betyda att något saknas.",
        "Yes, a run does not stop. Read the warnings: they may mean that something is missing.",
    ),
    "checks_noted": (
        "Ja. Det som nedan är noterat räknas enligt en angiven regel.",
        "Yes. What is noted below counts by a stated rule.",
    ),
    "checks_clean": ("Ja. Ingen regel bröts.", "Yes. No rule was broken."),
    "checks_few": (
        "Antal från 1 till 4 rader eller personer visas som ”färre än 5”.",
        "Counts from 1 to 4 rows or persons are shown as “fewer than 5”.",
    ),
    "checks_severity": (
        "Ett fel stannar en körning. En varning kan betyda att något saknas eller är fel. En anmärkning räknas enligt en "
        "angiven regel.",
        "An error stops a run. A warning may mean that something is missing or wrong. A note counts by a stated rule.",
    ),
    "checks_extracts": ("Utdragen", "The extracts"),
    "checks_read": ("Vad som lästes och hur det var skrivet", "What was read and how it was written"),
    "checks_found": ("Vad som bröt mot reglerna i {extract}", "What broke the rules in {extract}"),
    "checks_advice": ("Vad som kan göras", "What can be done"),
    "checks_form": ("Läst som", "Read as"),
    "checks_delimiter": ("avgränsare {mark}", "separator {mark}"),
    "checks_decimal": ("decimaltecken {marks}", "decimal mark {marks}"),
    "checks_dates": ("datum {formats}", "dates {formats}"),
    "checks_errors": ("Fel", "Errors"),
    "checks_warnings": ("Varningar", "Warnings"),
    "checks_notes": ("Anmärkningar", "Notes"),
    "checks_how_many": ("Hur många", "How many"),
    "checks_none": ("Ingen regel bröts i: {extracts}.", "No rule was broken in: {extracts}."),
    "checks_colophon": (
        "Samma uppgifter för program: data_quality.csv. Reglerna kommer från registrens deklarationer och beskrivs i "
        "dokumentationen, ”From registers to participants”.",
        "The same for programs: data_quality.csv. The rules come from the registers' declarations and are described in the "
        "documentation, “From registers to participants”.",
    ),
    "checks_read_line": ("{extract}: {n} rader lästes", "{extract}: {n} rows read"),
    "checks_of": ("{failing} av {checked} {unit}", "{failing} of {checked} {unit}"),
    "unit_rows": ("rader", "rows"),
    "unit_persons": ("personer", "persons"),
    "unit_person_months": ("personmånader", "person-months"),
    "unit_files": ("filer", "files"),
    "unit_months": ("månader", "months"),
    "unit_years": ("år", "years"),
}
