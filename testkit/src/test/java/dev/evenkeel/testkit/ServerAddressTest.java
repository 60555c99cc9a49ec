package dev.evenkeel.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ServerAddressTest {

    @Test
    void parsedUrlIsWrittenTheSameWay() {
        String url = "r2dbc:postgresql://cl%40erk:a%2Fb%3Ac%20%2B@db.example:6543/shop?sslMode=require";

        ServerAddress address = ServerAddress.parse(url);

        assertThat(address)
                .isEqualTo(new ServerAddress("db.example", 6543, "shop", "cl@erk", "a/b:c +", "?sslMode=require"));
        assertThat(address.r2dbcUrl()).isEqualTo(url);
        assertThat(address.jdbcUrl())
                .isEqualTo("jdbc:postgresql://db.example:6543/shop?user=cl%40erk&password=a%2Fb%3Ac%20%2B");
    }

    @Test
    void portAndPasswordMayBeLeftOut() {
        assertThat(ServerAddress.parse("r2dbc:postgresql://clerk@db.example/shop"))
                .isEqualTo(new ServerAddress("db.example", 5432, "shop", "clerk", null, ""));
    }

    @Test
    void anotherPlaceKeepsTheRest() {
        assertThat(ServerAddress.parse("r2dbc:postgresql://clerk@db.example/shop")
                        .at("127.0.0.1", 1234)
                        .r2dbcUrl())
                .isEqualTo("r2dbc:postgresql://clerk@127.0.0.1:1234/shop");
    }

    @Test
    void malformedUrlIsRefusedWithoutItsPassword() {
        for (String url : new String[] {
            "jdbc:postgresql://u:hidden@h/d", "r2dbc:postgresql://h/d", "r2dbc:postgresql://u:hidden@h"
        }) {
            assertThatThrownBy(() -> ServerAddress.parse(url))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("must look like r2dbc:postgresql://user:password@host:port/database")
                    .hasMessageNotContaining("hidden");
        }
    }
}
