"""Attack a closed ledger and choose complementary cells."""
