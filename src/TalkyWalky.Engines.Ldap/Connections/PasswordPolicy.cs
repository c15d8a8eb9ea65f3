using System.Formats.Asn1;

namespace TalkyWalky.Engines.Ldap.Connections;

/// <summary>The password policy control (draft-behera-ldap-password-policy-10 §6).</summary>
internal static class PasswordPolicy
{
    public const string Control = "1.3.6.1.4.1.42.2.27.8.5.1";

    private static readonly Asn1Tag Warning = new(TagClass.ContextSpecific, 0, isConstructed: true), Error = new(TagClass.ContextSpecific, 1);

    /// <summary>The error in a response control's value; null when there is none.</summary>
    public static PolicyError? ErrorIn(byte[]? value)
    {
        if (value is null) return null;
        try
        {
            var fields = new AsnReader(value, AsnEncodingRules.BER).ReadSequence();
            if (fields.HasData && fields.PeekTag().HasSameClassAndValue(Warning)) fields.ReadEncodedValue();
            if (!fields.HasData || !fields.PeekTag().HasSameClassAndValue(Error)) return null;
            var error = fields.ReadEnumeratedValue<PolicyError>(Error);
            return Enum.IsDefined(error) ? error : null;
        }
        catch (AsnContentException)
        {
            return null; // A control that cannot be read says nothing; the result code stands.
        }
    }
}

internal enum PolicyError
{
    PasswordExpired = 0,
    AccountLocked = 1,
    ChangeAfterReset = 2,
    PasswordModNotAllowed = 3,
    MustSupplyOldPassword = 4,
    InsufficientPasswordQuality = 5,
    PasswordTooShort = 6,
    PasswordTooYoung = 7,
    PasswordInHistory = 8,
    PasswordTooLong = 9,
}
