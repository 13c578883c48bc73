const PART = "part";
