"""Words and names from which passwords, hosts and programs are made up."""

from __future__ import annotations

WORDS = (
    "summer winter autumn spring monday friday dragon falcon tiger river mountain copper silver bridge castle garden "
    "coffee thunder rocket planet window orange banana cherry marble canyon forest harbor island lantern meadow "
    "october pepper quartz rabbit saddle timber velvet walnut yellow zephyr anchor biscuit cobalt dolphin ember"
).split()

#: the same in other languages, as people write them where passwords must be ASCII, and as they are
FOREIGN = (
    "Sommer Winter Fruehling Herbst Montag Schluessel Apfelbaum Schnecke Zauberer Kaffee Gruenkohl Fussball soleil "
    "fromage bonjour printemps chaussette papillon verano invierno contento mariposa manzana naranja primavera farfalla "
    "gelato montagna domenica wakacje ziemniak niedziela czekolada istanbul karadeniz kelebek portakal sakura kawaii "
    "nihon samurai privet solnyshko zvezda medved woaini zhongguo beijing pingguo morango saudade cachorro voetbal "
    "fiets hagelslag köttbullar smörgås Grüße Übermut señorita corazón français"
).split()

FIRST = "anna ben carla david elif fatima goran hiro ines jan kofi lucia marek nadia omar priya quinn rosa sven tomas".split()
LAST = "miller schmidt rossi garcia nowak yilmaz tanaka silva dubois jansen kowalska petrov okafor singh larsen".split()
PARTS = (
    "shop billing orders inventory catalog payments mail search report import export media chat portal crm wiki".split()
)
COMPANIES = (
    "northwind acmetools bluefin greenleaf kestrel lumina orbit pinnacle quanta riverbend solstice tundra".split()
)
ENDINGS = "net org io dev cloud de fr co.uk it pl jp".split()

PASSWORD_NAMES = (
    "DB_PASSWORD DATABASE_PASSWORD MYSQL_ROOT_PASSWORD POSTGRES_PASSWORD REDIS_PASSWORD SMTP_PASSWORD MAIL_PASSWORD "
    "ADMIN_PASSWORD RABBITMQ_PASSWORD FTP_PASSWORD LDAP_BIND_PASSWORD MONGO_PASSWORD DB_PASS SMTP_PASS DB_PWD ADMIN_PWD "
    "KEYSTORE_PASSWORD ROOT_PASSWORD USER_PASSWORD PASSWORD BACKUP_PASSPHRASE SSH_PASSWORD"
).split()
TOKEN_NAMES = (
    "API_TOKEN AUTH_TOKEN ACCESS_TOKEN API_KEY INTERNAL_API_KEY JWT_SECRET SESSION_SECRET SECRET_KEY CLIENT_SECRET "
    "ENCRYPTION_KEY WEBHOOK_SECRET SIGNING_KEY APP_SECRET DEPLOY_TOKEN REFRESH_TOKEN COOKIE_SECRET SHARED_SECRET "
    "API_SECRET PRIVATE_TOKEN BOT_TOKEN HMAC_SECRET ACCESS_KEY_SECRET"
).split()
#: names of secrets in other languages
FOREIGN_PASSWORD_NAMES = (
    "passwort kennwort db_passwort mot_de_passe motdepasse contrasena clave_acceso senha senha_banco parola haslo "
    "wachtwoord losenord sifre heslo jelszo salasana"
).split()
#: what programs come with, and what people leave as it is
DEFAULTS = "changeme admin password guest postgres root secret example 123456 test".split()
WRONG = "wrongpassword wrong-password incorrect invalid_password badpass notthepassword".split()
