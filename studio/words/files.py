"""Words for files: drawings that cannot be read, and data by row and column."""

from __future__ import annotations

from studio.words.say import tr

FILES = {
    "cannot_read": tr("{path} cannot be read: {got}."),
    "cannot_write": tr("{path} cannot be written: {got}. The old file, if any, is as it was."),
    "too_large": tr("{path} is too large for a drawing: {got} bytes."),
    "not_text": tr("{path} is no Bunon file: it is not text."),
    "truncated": tr("{path} ends too early, at {where}: a part of it is missing."),
    "not_json": tr("{path} is no Bunon file: it is not JSON ({where})."),
    "not_bunon": tr("{path} is no Bunon file: its format is {got}."),
    "newer": tr("{path} was written by a newer Bunon (file version {got}). Update Bunon to open it."),
    "wrong_version": tr("{path} has the file version {got}, which never was."),
    "too_deep": tr("{path} nests lists too deeply to be a drawing."),
    "missing": tr("{path}: at {where}, {expected} is missing."),
    "wrong_type": tr("{path}: at {where} there should be {expected}, but there is {got}."),
    "dangling": tr("{path}: {where} should be {expected}, but is {got}, which is not there."),
    "duplicate": tr("{path}: at {where} there should be {expected}, but there is {got}."),
    "bad_id": tr("{path}: at {where} there should be {expected}, but there is {got}."),
    "bad_name": tr("{path}: at {where} there should be {expected}, but there is {got}."),
}
DATA = {
    "no_data": tr("No data is chosen yet. Choose a bundled dataset, a CSV file or an .npz file."),
    "no_bundled": tr("There is no bundled dataset called “{got}”. There are {expected}."),
    "no_fields": tr("{path}: none of its columns is chosen as a field. Choose at least one."),
    "missing_file": tr("{path} is not there. Put it back, or choose the data again."),
    "unreadable": tr("{path} cannot be read. {got}"),
    "empty_file": tr("{path} is empty. There should be a line of column names and rows of values below it."),
    "no_rows": tr("{path}: no rows are left to learn from. {got}"),
    "not_utf8": tr("{path}, row {row}: the text is not UTF-8. Save the file again with the encoding UTF-8."),
    "duplicate_header": tr("{path}, row 1: two columns are called “{column}”. Give each a name of its own."),
    "no_column": tr("{path}: there is no column called “{column}”. It has {got}."),
    "no_array": tr("{path}: there is no array called “{column}”. It has {got}."),
    "ragged": tr(
        "{path}, row {row}: there should be {expected} cells, as in the first row, but there are {got}. "
        "Is a delimiter missing, or is there one too many?"
    ),
    "missing_value": tr(
        "{path}, row {row}, column “{column}”: the value is missing (“{got}”). Fill it in, or let rows with "
        "missing values be left out."
    ),
    "not_a_number": tr(
        "{path}, row {row}, column “{column}”: “{got}” is not a number. Correct the cell, or read this "
        "column as a category."
    ),
    "not_finite": tr(
        "{path}, row {row}, column “{column}”: “{got}” is not a number that float32 can hold. "
        "Correct the cell."
    ),
    "unknown_category": tr(
        "{path}, row {row}, column “{column}”: “{got}” is none of the categories. They are {expected}."
    ),
    "pickled": tr(
        "{path}: the array “{column}” holds Python objects (a pickle), which could run code when opened. "
        "Bunon never opens these. Save plain numbers or texts instead."
    ),
    "not_npz": tr("{path} is not an .npz file. Save the arrays with numpy.savez(path, name=array, ...)."),
    "shape": tr("{path}, array “{column}”: the rows should have the shape {expected}, but have {got}."),
    "columns_shape": tr("{path}: the field “{column}” has the shape {expected}, which does not hold {got}."),
    "length": tr("{path}: the field “{column}” has {got} rows, but the fields before it have {expected}."),
    "array_type": tr("{path}, array “{column}”: there should be {expected}, but there is {got}."),
    "label_range": tr(
        "{path}, array “{column}”, row {row}: a class number goes from 0 to {expected}, but this "
        "one is {got}."
    ),
    "array_not_finite": tr("{path}, array “{column}”, row {row}: {got} is not a finite number."),
    "too_few_rows": tr("{path} has too few rows ({got}). {expected}"),
    "window": tr("Field “{column}”: {expected}"),
    "field": tr("The data settings, field “{column}”: there should be {expected}, but there is {got}."),
    "settings": tr("The data settings, “{column}”: there should be {expected}, but there is {got}."),
}  # fmt: skip
DATA_NEAR = {
    "no_bundled": tr("There is no bundled dataset called “{got}”. Did you mean “{near}”?"),
    "no_column": tr("{path}: there is no column called “{column}”. Did you mean “{near}”?"),
    "no_array": tr("{path}: there is no array called “{column}”. Did you mean “{near}”?"),
    "unknown_category": tr(
        "{path}, row {row}, column “{column}”: “{got}” is none of the categories. Did you mean “{near}”?"
    ),
}  # fmt: skip
