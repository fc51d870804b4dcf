def x = 1
if (x = 2) { println('two') }  // expect error: an assignment cannot be a condition
