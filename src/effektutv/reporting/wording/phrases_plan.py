"""Fixed words on the locked plan, and of the README beside a report."""

from __future__ import annotations

__all__ = ["PLAN"]

#: key: (Swedish, English). Braces are filled by name.
PLAN: dict[str, tuple[str, str]] = {
    # ------------------------------------------------------------------------------------------------- the locked plan
    "plan_not_locked": (
        "Analysplanen låstes inte innan utfallen lästes. Planens kontrollsumma är {plan}.",
        "The analysis plan was not locked before outcomes were read. The plan’s checksum is {plan}.",
    ),
    "plan_kept": (
        "Analysplanen är den som låstes, med kontrollsumman {plan}.",
        "The analysis plan is the one that was locked, with the checksum {plan}.",
    ),
    "plan_changed": (
        "Analysplanen är inte den som låstes. Den låsta har kontrollsumman {locked}, denna {plan}. Ändrat sedan dess: {changed}.",
        "The analysis plan is not the one that was locked. The locked one has the checksum {locked}, this one {plan}. "
        "Changed since: {changed}.",
    ),
    "plan_altered": (
        "Låset av analysplanen har ändrats efter att det skrevs och visar ingenting. Planens kontrollsumma är {plan}.",
        "The lock of the analysis plan was altered after it was written and proves nothing. The plan’s checksum is {plan}.",
    ),
    "plan_replaces": (
        "Låset ersatte tidigare lås, med kontrollsummorna {earlier}.",
        "The lock replaced earlier locks, with the checksums {earlier}.",
    ),
    # ------------------------------------------------------------------------------------------------------ the README
    "readme_title": ("Läs mig: {title}", "Read me: {title}"),
    "readme_overview": ("Översikt", "Overview"),
    "readme_overview_text": (
        "Mappen innehåller en rapport och allt som behövs för att se var dess tal kommer från. Ett kommando gör om "
        "alltihop. Räkna med några sekunder på en vanlig dator för en studie med omkring tusen personer.",
        "The folder holds a report, and what is needed to see where its numbers come from. One command makes all of it "
        "again. Expect some seconds on an ordinary computer for a study of about a thousand persons.",
    ),
    "readme_data": ("Data: tillgång och ursprung", "Data availability and provenance"),
    "readme_data_registers": (
        "Uppgifterna kommer från register om enskilda personer. De omfattas av sekretess, följer inte med rapporten och kan "
        "inte lämnas vidare av den som gjort den. Den som vill göra om analysen begär ut samma utdrag från registrens ägare, "
        "efter etikprövning; studiefilen anger vilka.",
        "The data come from registers of individual persons. They are confidential, do not come with the report and cannot be "
        "handed on by whoever made it. To repeat the analysis, ask the registers’ owners for the same extracts, after ethical "
        "review; the study file names them.",
    ),
    "readme_data_table": (
        "Uppgifterna är en tabell med en rad per person.",
        "The data are one table with a row a person.",
    ),
    "readme_data_package": (
        "Tabellen är offentlig och följer med det öppna Pythonpaketet {package} ({dataset}).",
        "The table is public and comes with the open Python package {package} ({dataset}).",
    ),
    "readme_data_synthetic": (
        "Uppgifterna är påhittade av effektutv demo. De får spridas fritt och säger ingenting om verkliga människor.",
        "The data are made up by effektutv demo. They may be passed on freely and say nothing about real people.",
    ),
    "readme_rights": (
        "Skyddsprofil för det som lämnas ut: {profile}. Godkänd för publicering: {cleared}.",
        "Disclosure profile of what is released: {profile}. Cleared for publication: {cleared}.",
    ),
    "readme_yes": ("ja", "yes"),
    "readme_no": ("nej", "no"),
    "readme_datasets": ("Datamängder", "Dataset list"),
    "readme_file": ("Fil", "File"),
    "readme_provided": ("Följer med", "Provided"),
    "readme_checksums": (
        "Filernas kontrollsummor (SHA-256) står i `manifest.json` under `inputs`.",
        "The files’ checksums (SHA-256) are in `manifest.json` under `inputs`.",
    ),
    "readme_study_file": ("studiefilen", "the study file"),
    "readme_computing": ("Krav på datorn", "Computational requirements"),
    "readme_computing_text": (
        "Python och paketen nedan, i de versioner som kördes. Inget annat program och ingen anslutning till nätet behövs. "
        "Minne: manifest.json säger vad körningen tog. Slumptalsfrö: {seed}. "
        "Antalet trådar och radernas ordning påverkar inte resultatet.",
        "Python and the packages below, in the versions that ran. No other program and no connection to a network is needed. "
        "Memory: manifest.json says what the run took. Random seed: {seed}. "
        "The number of threads and the order of rows do not change a result.",
    ),
    "readme_programs": ("Program", "Description of programs"),
    "readme_programs_text": (
        "Ett enda program, effektutv, går stegen nedan i ordning. Det finns inga andra skript.",
        "One program, effektutv, takes the steps below in their order. There are no other scripts.",
    ),
    "readme_step_read": (
        "läser och kontrollerar utdragen mot sina scheman",
        "reads the extracts and checks them against their schemas",
    ),
    "readme_step_cohort": (
        "kopplar ihop registren till en rad per deltagare: bakgrund, utfall per månad, bortfall per steg",
        "links the registers to a row a participant: baseline, outcomes by month, exclusions by stage",
    ),
    "readme_step_estimate": (
        "skattar effekter, tester, balans, profiler och det övriga som rapporten visar",
        "estimates effects, tests, balance, profiles and the rest that the report shows",
    ),
    "readme_step_disclosure": (
        "skyddar alla resultat på en gång; disclosure.csv har varje beslut",
        "protects all results in one go; disclosure.csv has every decision",
    ),
    "readme_step_reporting": (
        "skriver tabeller, figurer och rapporten i sina format ur de skyddade resultaten",
        "writes tables, figures and the report in its formats from the protected results",
    ),
    "readme_instructions": ("Så görs rapporten om", "Instructions to replicators"),
    "readme_install": (
        "Installera effektutv {version} med paketen ovan.",
        "Install effektutv {version} with the packages above.",
    ),
    "readme_place": (
        "Lägg studiefilen (SHA-256 {study}) och utdragen som den säger; jämför deras SHA-256 med manifest.json.",
        "Place the study file (SHA-256 {study}) and the extracts as it says; compare their SHA-256 with manifest.json.",
    ),
    "readme_run": ("Kör kommandot:", "Run the command:"),
    "readme_compare": (
        "Jämför mapparna. Alla filer är desamma byte för byte, utom avsnittet runtime i manifest.json.",
        "Compare the folders. All files are the same byte for byte, but for the runtime block of manifest.json.",
    ),
    "readme_outputs": (
        "Tabeller och figurer: vilket steg gör vad",
        "List of tables and figures, and the step that makes each",
    ),
    "readme_output": ("I rapporten", "In the report"),
    "readme_step": ("Steg", "Step"),
    "readme_text_only": ("bara i texten", "in the text only"),
    "readme_references": ("Referenser", "References"),
    "readme_template": (
        "Upplägget följer samhällsvetenskapliga dataredaktörers mall för README-filer: "
        "https://social-science-data-editors.github.io/template_README/",
        "The structure is that of the social science data editors’ template README: "
        "https://social-science-data-editors.github.io/template_README/",
    ),
}
