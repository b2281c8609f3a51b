"""Positives: secrets told by what stands around them: headers, URLs, commands, connection strings, statements."""

from __future__ import annotations

from tests.generic.everyday.kinds import Kind

_CODE = ("client.py", "src/api.js", "scripts/call.sh", "docs/usage.md", "lib/http.rb")
_SH = ("deploy.sh", "scripts/backup.sh", ".github/workflows/deploy.yml", "README.md", "Makefile")

HEADERS = (
    Kind("bearer header", _CODE, (
        "curl -H 'Authorization: Bearer <<secret>>' https://<<host>>/v1/items", 'headers = {"Authorization": "Bearer <<secret>>"}',
        "  'Authorization': `Bearer <<secret>>`,", "Authorization: Bearer <<secret>>", 'req.Header.Set("Authorization", "Bearer <<secret>>")',
        '    request.setHeader("Authorization", "Bearer <<secret>>");', "--header \"authorization: bearer <<secret>>\" \\"), "shell", "token", "header"),
    Kind("token header", _CODE, (
        'curl -H "Authorization: Token <<secret>>" https://<<host>>/', "headers['Authorization'] = 'token <<secret>>'",
        '{"key": "Authorization", "value": "Token <<secret>>"}'), "shell", "token", "header"),
    Kind("basic header", _CODE, (
        "Authorization: Basic <<secret>>", "headers: { Authorization: 'Basic <<secret>>' }", 'curl -H "Authorization: Basic <<secret>>" https://<<host>>/',
        'proxy_set_header Authorization "Basic <<secret>>";', '    header("Authorization", "Basic <<secret>>")'), "shell", "pair", "header"),
    Kind("api key header", _CODE, (
        "curl -H 'X-Api-Key: <<secret>>' https://<<host>>/v2/", '"X-API-KEY": "<<secret>>",', "x-auth-token: <<secret>>",
        'request.headers["X-Auth-Token"] = "<<secret>>"', "  -H 'PRIVATE-TOKEN: <<secret>>' \\", 'client.DefaultRequestHeaders.Add("X-Api-Key", "<<secret>>");'), "shell", "token", "header"),
    Kind("cookie header", _CODE, ("curl --cookie 'session_token=<<secret>>' https://<<host>>/", "  -H 'Cookie: auth_token=<<secret>>' \\"), "shell", "alphanumeric", "header"),
    Kind("http file", ("requests/items.http", "api.rest"), (
        "GET https://<<host>>/api/items\nAuthorization: Bearer <<secret>>\nAccept: application/json\n", "POST https://<<host>>/\nX-Api-Key: <<secret>>\n\n{}\n"), "", "token", "header"),
    Kind("postman collection", ("api.postman_collection.json",), (
        '{"item": [{"request": {"auth": {"type": "bearer", "bearer": [{"key": "token", "value": "<<secret>>", "type": "string"}]}}}]}\n',
        '{"auth": {"type": "basic", "basic": [{"key": "username", "value": "<<user>>"}, {"key": "password", "value": "<<secret>>"}]}}\n'), "", "alphanumeric", "token"),
    Kind("jwt", ("src/fixture.ts", "notes.txt", "client.py", "config.yml"), (
        "const session = '<<secret>>';", "<<secret>>", 'value = "<<secret>>"', "curl https://<<host>>/?access_token=<<secret>>", "anon: <<secret>>"), "", "jwt", "jwt"),
)  # fmt: skip

URLS = (
    Kind("database url", (".env", "config.yml", "alembic.ini", "settings.py"), (
        "DATABASE_URL=postgres://<<user>>:<<secret>>@<<host>>:5432/<<part>>", "url: mysql://<<user>>:<<secret>>@<<host>>/<<part>>?ssl=true",
        "sqlalchemy.url = postgresql+psycopg2://<<user>>:<<secret>>@<<host>>/<<part>>", 'ENGINE = create_engine("mysql+pymysql://<<user>>:<<secret>>@<<host>>/<<part>>")',
        "DATABASE_URL='mariadb://<<user>>:<<secret>>@<<host>>/<<part>>'"), "env", "alphanumeric_password", "url"),
    Kind("percent encoded url", (".env", "config.yml"), ("DATABASE_URL=postgres://<<user>>:<<secret:url>>@<<host>>:5432/<<part>>", "uri: mongodb://<<user>>:<<secret:url>>@<<host>>/admin"), "", "password", "url"),
    Kind("document store url", (".env", "server.js", "config.json"), (
        "MONGO_URI=mongodb+srv://<<user>>:<<secret>>@<<part>>.ab1cd.mongodb.net/<<part>>?retryWrites=true", "mongoose.connect('mongodb://<<user>>:<<secret>>@<<host>>:27017/<<part>>');"), "", "alphanumeric_password", "url"),
    Kind("queue url", (".env", "celery.py", "config.yml"), (
        "BROKER_URL=amqp://<<user>>:<<secret>>@<<host>>:5672//", 'broker = "amqps://<<user>>:<<secret>>@<<host>>/vhost"', "nats: nats://<<user>>:<<secret>>@<<host>>:4222",
        "MQTT=mqtt://<<user>>:<<secret>>@<<host>>:1883"), "", "alphanumeric_password", "url"),
    Kind("redis url without a user", (".env", "cable.yml"), ("REDIS_URL=redis://:<<secret>>@<<host>>:6379/0", "url: rediss://default:<<secret>>@<<host>>:6380"), "", "alphanumeric_password", "url"),
    Kind("web url", _CODE, (
        "https://<<user>>:<<secret>>@<<host>>/api/v1", "git clone https://<<user>>:<<secret>>@<<host>>/<<part>>.git", 'requests.get("http://<<user>>:<<secret>>@<<host>>:8080/status")',
        "export HTTPS_PROXY=http://<<user>>:<<secret>>@<<host>>:3128"), "", "alphanumeric_password", "url"),
    Kind("other schemes", ("config.yml", ".env", "backup.sh"), (
        "smtp://<<user>>:<<secret>>@<<host>>:587", "MAILER_DSN=smtps://<<user>>:<<secret>>@<<host>>:465", "ldap://<<user>>:<<secret>>@<<host>>:389/dc=x", "ftp://<<user>>:<<secret>>@<<host>>/pub",
        "sftp://<<user>>:<<secret>>@<<host>>/data", "rtsp://<<user>>:<<secret>>@<<host>>:554/stream1", "smb://<<user>>:<<secret>>@<<host>>/share", "socks5://<<user>>:<<secret>>@<<host>>:1080"), "", "alphanumeric_password", "url"),
    Kind("package index url", ("pip.conf", "requirements.txt", "setup.cfg"), (
        "[global]\nindex-url = https://<<user>>:<<secret>>@<<host>>/simple\n", "--extra-index-url https://<<user>>:<<secret>>@<<host>>/pypi/simple"), "", "alphanumeric", "url"),
    Kind("git remote", (".gitmodules", "deploy.sh", "config/git.cfg"), ("\turl = https://<<user>>:<<secret>>@<<host>>/<<part>>.git", "git remote set-url origin https://oauth2:<<secret>>@<<host>>/<<part>>.git"), "", "alphanumeric", "url"),
    Kind("query parameter", _CODE, ("https://<<host>>/v1/search?q=x&api_key=<<secret>>", 'fetch("https://<<host>>/feed?access_token=<<secret>>")', "wget 'https://<<host>>/export?token=<<secret>>&format=csv'"), "", "alphanumeric", "token"),
)  # fmt: skip

CONNECTIONS = (
    Kind("ado", ("web.config", "appsettings.json", "Program.cs"), (
        '<add name="Default" connectionString="Server=<<host>>;Database=<<part>>;User Id=<<user>>;Password=<<secret:xml>>;" />',
        '  "DefaultConnection": "Server=<<host>>,1433;Initial Catalog=<<part>>;User ID=<<user>>;Password=<<secret:json>>;Encrypt=True"',
        'var db = "Data Source=<<host>>;uid=<<user>>;pwd=<<secret>>;database=<<part>>";', '"Host=<<host>>;Port=5432;Username=<<user>>;Password=<<secret:json>>;Database=<<part>>"'), "", "symbols_password", "connection"),
    Kind("odbc", ("load.py", "odbc.ini", "report.vbs"), (
        "DRIVER={ODBC Driver 18 for SQL Server};SERVER=<<host>>;DATABASE=<<part>>;UID=<<user>>;PWD=<<secret>>", 'conn.Open "Driver={MySQL};Server=<<host>>;User=<<user>>;Password=<<secret>>;"',
        "pyodbc.connect('DSN=<<part>>;UID=<<user>>;PWD=<<secret>>')"), "", "plain", "connection"),
    Kind("jdbc", ("application.properties", "Dao.java", "context.xml"), (
        "jdbc.url=jdbc:mysql://<<host>>:3306/<<part>>?user=<<user>>&password=<<secret>>", '    String url = "jdbc:postgresql://<<host>>/<<part>>?user=<<user>>&password=<<secret>>&ssl=true";',
        "url=jdbc:sqlserver://<<host>>:1433;databaseName=<<part>>;user=<<user>>;password=<<secret>>;", 'url="jdbc:mysql://<<host>>/<<part>>?user=<<user>>&amp;password=<<secret>>"'), "", "plain", "connection"),
    Kind("jdbc arguments", ("Dao.java", "src/Db.kt", "Main.scala"), (
        '    Connection c = DriverManager.getConnection("jdbc:mysql://<<host>>/<<part>>", "<<user>>", "<<secret>>");', '    val c = DriverManager.getConnection(url, "<<user>>", "<<secret>>")'), "", "password", "connection"),
    Kind("oracle", ("run.sh", "tnsnames.txt", "Dao.java"), ("sqlplus <<user>>/<<secret>>@<<host>>:1521/ORCL", "jdbc:oracle:thin:<<user>>/<<secret>>@<<host>>:1521:xe", "exp <<part>>/<<secret>>@PROD file=dump.dmp"), "", "alphanumeric_password", "connection"),
    Kind("libpq", ("db.go", "backup.sh", "main.py"), ('\tdsn := "host=<<host>> user=<<user>> password=<<secret>> dbname=<<part>> sslmode=require"', "psql \"host=<<host>> user=<<user>> password=<<secret>> dbname=<<part>>\""), "", "plain", "connection"),
    Kind("go mysql dsn", ("main.go", "config.yml"), ('\tsql.Open("mysql", "<<user>>:<<secret>>@tcp(<<host>>:3306)/<<part>>?parseTime=true")', "dsn: <<user>>:<<secret>>@tcp(<<host>>:3306)/<<part>>"), "", "alphanumeric_password", "connection"),
    Kind("storage account", ("appsettings.json", "local.settings.json"), ('"Storage": "DefaultEndpointsProtocol=https;AccountName=<<part>>;AccountKey=<<secret>>;EndpointSuffix=core.windows.net"',), "", "base64_64", "connection"),
    Kind("service bus", ("appsettings.json", ".env"), ("Endpoint=sb://<<part>>.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey=<<secret>>",), "", "base64_32", "connection"),
)  # fmt: skip

COMMANDS = (
    Kind("curl user", _SH, ("curl -u <<user>>:<<secret>> https://<<host>>/api", "curl -s --user '<<user>>:<<secret>>' https://<<host>>/", 'curl -X POST -u "<<user>>:<<secret>>" -d @x https://<<host>>/',
        "curl https://<<host>>/upload -T a.tgz -u<<user>>:<<secret>>"), "shell", "plain", "command"),
    Kind("wget", _SH, ("wget --user=<<user>> --password=<<secret>> https://<<host>>/a.tgz", "wget --http-user <<user>> --http-password '<<secret>>' https://<<host>>/"), "shell", "plain", "command"),
    Kind("mysql client", _SH, ("mysql -u <<user>> -p<<secret>> -h <<host>> <<part>> < dump.sql", "mysqldump --user=<<user>> --password=<<secret>> <<part>> > a.sql", "mysqladmin -uroot -p'<<secret>>' ping"), "shell", "plain", "command"),
    Kind("psql variable", _SH, ("PGPASSWORD=<<secret>> psql -h <<host>> -U <<user>> <<part>>", "PGPASSWORD='<<secret>>' pg_dump -U <<user>> <<part>>"), "shell", "plain", "command"),
    Kind("docker login", _SH, ("docker login -u <<user>> -p <<secret>> <<host>>", "docker login --username <<user>> --password '<<secret>>'", "echo <<secret>> | docker login -u <<user>> --password-stdin <<host>>"), "shell", "plain", "command"),
    Kind("sshpass", _SH, ("sshpass -p '<<secret>>' ssh <<user>>@<<host>> uptime", "sshpass -p <<secret>> scp a.tgz <<user>>@<<host>>:/tmp"), "shell", "plain", "command"),
    Kind("redis client", _SH, ("redis-cli -h <<host>> -a <<secret>> ping", "redis-cli -a '<<secret>>' --no-auth-warning info", "command: redis-server --requirepass <<secret>>"), "shell", "plain", "command"),
    Kind("mongo client", _SH, ("mongosh --host <<host>> -u <<user>> -p <<secret>> admin", "mongodump --username <<user>> --password <<secret>> --db <<part>>"), "shell", "plain", "command"),
    Kind("key tool", _SH, ("keytool -importkeystore -srcstorepass <<secret>> -deststorepass <<secret>> -srckeystore a.p12", "openssl pkcs12 -export -in a.pem -passout pass:<<secret>> -out a.p12",
        "openssl enc -aes-256-cbc -k <<secret>> -in a -out b"), "shell", "plain", "command"),
    Kind("create user", _SH, ("echo '<<user>>:<<secret>>' | chpasswd", "htpasswd -b .htpasswd <<user>> <<secret>>", "net user <<user>> <<secret>> /add", "useradd -m <<user>> && echo <<secret>> | passwd --stdin <<user>>",
        "rabbitmqctl add_user <<user>> <<secret>>"), "shell", "plain", "command"),
    Kind("cluster login", _SH, ("oc login https://<<host>>:6443 -u <<user>> -p <<secret>>", "az login --service-principal -u <<uuid>> -p <<secret>> --tenant <<uuid>>", "kubectl create secret generic db --from-literal=password=<<secret>>",
        "argocd login <<host>> --username <<user>> --password <<secret>>", "helm repo add x https://<<host>> --username <<user>> --password <<secret>>"), "shell", "plain", "command"),
    Kind("token flag", _SH, ("vault login -address https://<<host>> --token=<<secret>>", "gh-runner --url https://<<host>> --token <<secret>>", "sonar-scanner -Dsonar.login=<<user>> -Dsonar.password=<<secret>>",
        "deploy --api-key '<<secret>>' --env prod", "kubeadm join <<host>>:6443 --token <<secret>>"), "shell", "alphanumeric", "command"),
    Kind("ldap client", _SH, ("ldapsearch -x -H ldap://<<host>> -D 'cn=<<user>>,dc=x,dc=org' -w <<secret>>", "ldapadd -x -D cn=admin,dc=x -w '<<secret>>' -f a.ldif"), "shell", "plain", "command"),
    Kind("smb and remote desktop", _SH, ("smbclient //<<host>>/share -U <<user>>%<<secret>>", "mount -t cifs //<<host>>/x /mnt -o username=<<user>>,password=<<secret>>", "xfreerdp /v:<<host>> /u:<<user>> /p:<<secret>>"), "shell", "plain", "command"),
    Kind("archive", _SH, ("zip -P <<secret>> -r a.zip data", "7z a -p<<secret>> a.7z data", "unzip -P '<<secret>>' a.zip"), "shell", "plain", "command"),
    Kind("sql statement", ("init.sql", "schema/users.sql", "migrate.py"), (
        "CREATE USER '<<user>>'@'%' IDENTIFIED BY '<<secret>>';", "ALTER ROLE <<part>> WITH LOGIN PASSWORD '<<secret>>';", "CREATE LOGIN <<part>> WITH PASSWORD = '<<secret>>';",
        "GRANT ALL ON <<part>>.* TO '<<user>>'@'localhost' IDENTIFIED BY '<<secret>>';", "SET PASSWORD FOR '<<user>>'@'%' = PASSWORD('<<secret>>');", "CREATE USER <<part>> WITH ENCRYPTED PASSWORD '<<secret>>';",
        "ALTER USER 'root'@'localhost' IDENTIFIED WITH mysql_native_password BY '<<secret>>';"), "sql", "password", "command"),
    Kind("sql insert", ("seed.sql", "data/users.sql"), ("INSERT INTO users (name, password) VALUES ('<<user>>', '<<secret>>');", "UPDATE users SET password = '<<secret>>' WHERE name = '<<user>>';"), "sql", "password", "password"),
    Kind("call with two arguments", ("app.py", "Main.java", "client.js"), (
        'session.auth = ("<<user>>", "<<secret>>")', "server.login('<<user>>', '<<secret>>')", 'requests.get(url, auth=("<<user>>", "<<secret>>"))', '    return new PasswordAuthentication("<<user>>", "<<secret>>");',
        '    new UsernamePasswordCredentials("<<user>>", "<<secret>>")', "http.basicAuth('<<user>>', '<<secret>>')", 'cred = HTTPBasicAuth("<<user>>", "<<secret>>")', '\treq.SetBasicAuth("<<user>>", "<<secret>>")',
        'new NetworkCredential("<<user>>", "<<secret>>")'), "", "password", "password"),
)  # fmt: skip

KINDS = (*HEADERS, *URLS, *CONNECTIONS, *COMMANDS)
