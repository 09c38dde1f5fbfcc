# Writes every Stata file of one folder as a SAS file into another: numbers become doubles, dates keep a date's format.
suppressPackageStartupMessages(library(haven))
folders <- commandArgs(trailingOnly = TRUE)
for (path in sort(list.files(folders[1], pattern = "[.]dta$", full.names = TRUE))) {
  table <- zap_labels(read_dta(path))
  target <- file.path(folders[2], sub("[.]dta$", ".sas7bdat", basename(path)))
  # write_sas is "deprecated" for what SAS itself cannot open; what is read here is the format
  suppressWarnings(write_sas(table, target))
}
