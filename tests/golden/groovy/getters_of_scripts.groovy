// The getters of a script are its properties, behind its variables.
def getWho() { 'me' }
def getOf(x) { "of $x" }
def getPreset(x = 1) { "preset $x" }
boolean isGood() { true }
def isBad() { true }
void getNothing() {}
static getFixed() { 'fixed' }
def getHidden() { 'getter' }
hidden = 'bound'
println(who + this.who + " $who ${who}")  // expect: meme me me
println(preset)                           // expect: preset 1
println(good)                             // expect: true
println(fixed)                            // expect: fixed
println(hidden + this.hidden)             // expect: boundbound
def inner() { [1].collect { who } }
println(inner())                          // expect: [me]
def local() { def who = 'local'; who }
println(local())                          // expect: local
def missing(Closure read) { try { read() } catch (MissingPropertyException e) { e.property } }
println([missing { of }, missing { bad }, missing { nothing }, missing { this.other }])  // expect: [of, bad, nothing, other]
this.who = 3
println(who)                              // expect: 3
