"""Files of any kind to data sets: arrays, pictures, texts, tables, and archives of these."""
