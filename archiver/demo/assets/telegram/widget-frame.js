"use strict";
document.body.classList.add("ready");
