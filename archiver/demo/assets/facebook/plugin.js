"use strict";
document.documentElement.classList.replace("no_js", "js");
