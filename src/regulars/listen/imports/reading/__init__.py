"""Files of any format as tables of rows, with what could not be read set aside."""
