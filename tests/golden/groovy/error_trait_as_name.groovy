def trait = 1  // expect error: unexpected `trait`, expected the name of a variable
