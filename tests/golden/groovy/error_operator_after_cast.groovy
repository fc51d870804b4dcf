def x = '1' as int + 1  // expect error: unexpected `+`, expected the end of the statement
