"""One file or folder per word of the command line."""
