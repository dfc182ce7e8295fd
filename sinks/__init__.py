"""What ClickHouse keeps: tables, migrations, views, and the writer that fills them."""
