final (x, y) = [1, 2]  // expect error: unexpected `(`, expected `def` before several variables
