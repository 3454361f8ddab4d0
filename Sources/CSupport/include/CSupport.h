// What Swift cannot call by itself, one header a topic.
#ifndef CSUPPORT_H
#define CSUPPORT_H

#include "files.h"
#include "processes.h"
#include "terminal.h"

#endif
