def m = new TreeMap()  // expect error: `new TreeMap` is not supported
