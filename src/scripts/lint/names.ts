/** Vietnamese names: what begins a person's, and what only looks like one. */

/** Common family names of the Kinh and of the peoples of Quảng Nam, in lower case. */
export const familyNames: ReadonlySet<string> = new Set(
  [
    'nguyễn trần lê phạm hoàng huỳnh phan vũ võ đặng bùi đỗ hồ ngô dương lý đoàn đinh trương lâm mai tô cao hà',
    'lương trịnh tạ châu thái phùng quách vương tăng kiều chu la văn trà ung thân tống doãn triệu thạch giang',
    'alăng aral arất ating avô bhling bling bnướch bhnướch briu bríu blúp coor clâu hiên hốih hôih kring pơloong',
    'riáh rapat tơngôl un zơrâm zơrum alâng ríah bh’ling pơlong colâu',
  ]
    .join(' ')
    .split(' '),
)

/** Names of places and bodies that begin like a person's, and persons whom everybody may name. */
export const notPersons =
  /^(?:Hồ Chí Minh|Đoàn (?:Thanh|TN|Thể|thể)|Hà (?:Nội|Giang|Nam|Tĩnh|Tây|Lam|Nha)|Cao (?:Bằng|Lãnh|Đài|Nguyên)|Lâm (?:Đồng|Thao|Tây)|Thái (?:Nguyên|Bình|Lan)|Mai (?:Châu|Sơn)|Phan (?:Thiết|Rang)|Lý Sơn|Lương Sơn|Châu (?:Âu|Á|Phi|Mỹ|Đốc|Thành)|Chu Lai|La (?:Dêê|Êê|Dê|Ê|Gi)|Trà (?:Vinh|My|Bồng|Quế|Kiệu|Nô|[A-ZĐ]\p{Ll}+)|Thân Cửu|Giang (?:Tây|Nam)|Vũ (?:Hán|Trụ)|Hồ (?:Gươm|Tây|Phú)|Hoàng (?:Sa|Thành|Mai)|Vương (?:Quốc|quốc)|Tô Hiệu|Văn (?:Miếu|Lang|Phòng|phòng|Lâm|Bàn|Quan)|Thạch (?:Hà|Thành|Thất)|Lê (?:Lợi|Nin)|Võ Nguyên Giáp|Phan Châu Trinh|Huỳnh Thúc Kháng|Trần Hưng Đạo|Hai Bà Trưng|Bà Trưng|Việt Nam|Quảng Nam|Trung Quốc|Campuchia|Đài Loan|Hàn Quốc|Nhật Bản|(?:Mai|Hà|Cao|La|Châu|Tô|Chu|Văn|Un) (?:Công|Ủy|Uỷ|Bộ|Hội|Nhà|Ngân|Đảng|Luật|Trạm|Đồn|Đài))(?!\p{L})/u

/** What is called after a person: a street, a school, a hospital. */
export const institutionBefore =
  /(?<!\p{L})(?:đường|phố|trường|học|thông|cơ sở|viện|viên|cầu|chợ|đền|chùa|hẻm|ngõ|kiệt|quảng trường|quỹ|lăng|đài|giải|giải thưởng|học bổng|tượng|công ty|nhà thờ|hội trường|bến|ga|cảng|sân bay)[ “"]+$/iu

/** What is called by a name of its own that may begin like a person's. */
export const placeBefore =
  /(?<!\p{L})(?:xã|phường|trấn|huyện|quận|tỉnh|thành phố|thị xã|bản|thôn|làng|khối|nóc|buôn|ấp|xóm|núi|sông|suối|đèo|hồ|đập|nước|đảo|biển|vịnh|cửa|vùng|đồn|xứ|dân tộc|người)[ “"]+$/iu
