namespace TalkyWalky.Client.Status;

/// <summary>What the CRLs that are kept here say of a certificate.</summary>
internal abstract record CertificateStatus
{
    private CertificateStatus() { }

    /// <param name="AsOf">When its CA signed the list that does not name it.</param>
    public sealed record Good(DateTimeOffset AsOf) : CertificateStatus;

    public sealed record Revoked(DateTimeOffset At) : CertificateStatus;

    /// <param name="Why">Sentences that say what is wrong and what to do.</param>
    public sealed record Unknown(string Why) : CertificateStatus;
}

/// <summary>What came of a CRL that the server sent.</summary>
internal abstract record StatusChange
{
    private StatusChange() { }

    /// <summary>Kept: it says more than was known.</summary>
    public sealed record Newer : StatusChange;

    /// <summary>The one that is known, or a gateway was a moment behind.</summary>
    public sealed record Nothing : StatusChange;

    public sealed record Refused(string Why) : StatusChange;

    /// <param name="Why">The alarm.</param>
    public sealed record RolledBack(string Why) : StatusChange;
}
