println "${1 +  // expect error: the line ends inside a string
 1}"
