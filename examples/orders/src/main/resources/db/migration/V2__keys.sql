alter table customers add unique (email);
alter table products add unique (name);
alter table stock add foreign key (product_id) references products;
alter table orders add primary key (id), add foreign key (customer_id) references customers;
alter table order_lines
    add primary key (order_id, product_id),
    add foreign key (order_id) references orders,
    add foreign key (product_id) references products;
