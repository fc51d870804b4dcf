def x = 1 < 2 < 3  // expect error: unexpected `<`, expected the end of the statement
