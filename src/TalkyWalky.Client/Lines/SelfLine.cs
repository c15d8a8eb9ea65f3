namespace TalkyWalky.Client.Lines;

public sealed record SelfLine(
    string User, string Username, string Organisation, string Domain, string Device, string Fingerprint, DateTimeOffset CertificateNotAfter, string Gateway, string Profile,
    string JoinLink)
{
    public static SelfLine From(Self self) => new(
        self.User.ToString(), self.Username, self.Organisation, self.Domain, self.Device.ToString(), self.Fingerprint, self.CertificateNotAfter, self.Gateway, self.Profile,
        self.JoinLink);
}

public sealed record StatusLine(ConnectionState Connection, string? Trouble, int Outbox, int Pending, long Messages, string Profile);
