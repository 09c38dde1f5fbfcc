"""The field's own libraries, as a second witness: each is wrapped in one module here, and imported only when it is used."""
