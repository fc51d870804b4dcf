#!/usr/bin/env groovy
/* block
   comment */ println 'after comment'
println 'a' // trailing
def x = 1 +
    2
println x
def l = [
    1,
    2,
]
println l
def r = [3, 1, 2]
    .sort()
    .collect { it * 2 }
println r
def c = { a,
          b ->
    a + b
}
println c(1, 2)
println([1,
         2].size())
if (x == 3)
    println 'body on next line'
if (x == 4)
{
    println 'no'
}
else
{
    println 'brace on next line'
}
def s = "a" +
        "b"
println s; println 'same line'
def t = x == 3 ?
    'yes' :
    'no'
println t
def m = [a: 1,
         b: 2]
println m
println x == 3 &&
    true

// expect: after comment
// expect: a
// expect: 3
// expect: [1, 2]
// expect: [2, 4, 6]
// expect: 3
// expect: 2
// expect: body on next line
// expect: brace on next line
// expect: ab
// expect: same line
// expect: yes
// expect: [a:1, b:2]
// expect: true
