-- One sealed value that every start opens: a wrong master key is noticed before it can do harm.
create table seal_check (
  only_row boolean primary key default true check (only_row),
  sealed   text not null
);
