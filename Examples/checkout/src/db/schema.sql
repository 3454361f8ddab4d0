create table customers (id integer primary key, mail text not null);
