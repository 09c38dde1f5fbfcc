"""Register extracts in, checked and typed lazy tables out: schema, readers, engine, quality."""
