assert x = 1  // expect error: unexpected `=`, expected the end of the statement
