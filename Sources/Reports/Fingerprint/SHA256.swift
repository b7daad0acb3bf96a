import CLibCrypto

/// A SHA-256 digest in the making: libcrypto's context has one owner and is fed piece by piece.
final class SHA256 {
    private let context = EVP_MD_CTX_new()

    init() {
        precondition(EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1, "libcrypto has no SHA-256")
    }

    deinit { EVP_MD_CTX_free(context) }

    func feed(_ bytes: [UInt8]) {
        precondition(EVP_DigestUpdate(context, bytes, bytes.count) == 1, "libcrypto takes no more bytes")
    }

    /// The digest, 32 bytes long; nothing can be fed after it.
    func finished() -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
            precondition(EVP_DigestFinal_ex(context, buffer.baseAddress, nil) == 1, "libcrypto gives no digest")
            count = 32
        }
    }
}
